import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  contractPath,
  readConfiguration,
  stepGraph,
  stepGraphPath,
  type Configuration,
  type NormalisedConfiguration,
} from '@wa-ml/config';
import type { App, AppProps } from 'aws-cdk-lib';
import { checkedApp, synthesise, type Synthesis } from '@wa-ml/constructs';
import { afterAll } from 'vitest';

/**
 * The `infra/` of a generated repository, put together from the templates as they lie: its files import each other
 * across the rooms of the templates, so they need one folder.
 */
const repository = join(__dirname, '..', '..', '..');
const capabilities = [
  'foundation',
  'data',
  'training',
  'serving',
  'monitoring',
  'recovery',
  'cost',
] as const;

/** What deliveries of its dataset have to be like. */
export const contract = {
  version: 1,
  uniqueKey: ['customer_id'],
  columns: [
    { name: 'customer_id', type: 'string', pii: true },
    { name: 'age', type: 'int', minimum: 0, maximum: 120 },
  ],
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function assembleInfra(): string {
  mkdirSync(join(repository, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(repository, 'tmp', 'constructs-test-')); // below the root, for its node_modules
  for (const capability of capabilities) {
    for (const ownership of ['managed', 'seeded']) {
      const from = join(repository, 'templates', capability, ownership);
      if (existsSync(from)) cpSync(from, folder, { recursive: true });
    }
  }
  mkdirSync(join(folder, 'pipelines'), { recursive: true });
  writeFileSync(join(folder, stepGraphPath), JSON.stringify(stepGraph));
  mkdirSync(join(folder, contractPath('x'), '..'), { recursive: true });
  writeFileSync(join(folder, contractPath('customers')), JSON.stringify(contract));
  folders.push(folder);
  return folder;
}

/** Runbooks by file name, from the templates of every capability. */
export function runbookTemplates(): Record<string, string> {
  const folder = assembleInfra();
  const runbooks = join(folder, 'runbooks');
  return Object.fromEntries(
    readdirSync(runbooks).map((name) => [name, readFileSync(join(runbooks, name), 'utf8')]),
  );
}

const digest = `sha256:${'a'.repeat(64)}`;
/** A release entry as `wa-ml promote` writes it. */
export const releaseIn = (environment: string, model = 'diagnosis', more: object = {}) => {
  const { account, region } = example.environments[environment]!;
  return {
    [model]: {
      modelPackageArn: `arn:aws:sagemaker:${region}:${account}:model-package/acme-ml-${model}-${environment}/3`,
      image: `${account}.dkr.ecr.${region}.amazonaws.com/images`,
      imageDigest: digest,
      modelDataUrl: 's3://bucket/key/model.tar.gz',
      gitCommit: '0123456789abcdef0123456789abcdef01234567',
      approvedBy: 'reviewer@acme.example',
      ...more,
    },
  };
};

type ReleaseEntry = ReturnType<typeof releaseIn>[string];

/** The containers of a package of several, all with the artifact and the image of a release. */
export const inContainers = (
  { image, imageDigest, modelDataUrl }: ReleaseEntry,
  hostnames: readonly string[],
) => hostnames.map((hostname) => ({ hostname, image, imageDigest, modelDataUrl }));

export const example: Configuration = {
  name: 'acme-ml',
  owner: 'ml-platform@acme.example',
  environments: {
    dev: { tier: 'development', account: '111111111111', region: 'eu-west-1' },
    staging: { tier: 'staging', account: '222222222222', region: 'eu-west-1' },
    prod: {
      tier: 'production',
      account: '333333333333',
      region: 'eu-west-1',
      critical: true,
      recoveryRegion: 'eu-central-1',
    },
  },
  models: { diagnosis: { flavour: 'pytorch-tabular' } },
};

/** With a data pipeline of one dataset. */
export const exampleWithData: Configuration = {
  ...example,
  data: { pipeline: true, datasets: { customers: { models: ['churn'] } } },
  models: {
    ...example.models,
    churn: { flavour: 'xgboost', data: { file: 'data/customers.csv', target: 'churned' } },
  },
};

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, any>;
  readonly DeletionPolicy?: string;
}
export interface Template {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { Value: unknown }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Parameters?: Record<string, unknown>;
}
export interface Synthesised extends Synthesis {
  readonly app: App;
  readonly configuration: NormalisedConfiguration;
  /** Templates by stack name. */
  readonly templates: Record<string, Template>;
}

type AddStacks = (
  app: App,
  configuration: NormalisedConfiguration,
  environment: string,
  releases: unknown,
  options: {
    measured?: Readonly<Record<string, unknown>> | undefined;
    contracts?: Readonly<Record<string, unknown>> | undefined;
    only?: string | undefined;
  },
) => void;
let infra: { folder: string; addStacks: AddStacks } | undefined;

export async function generatedInfra() {
  if (!infra) {
    const folder = assembleInfra();
    const { addStacks } = (await import(join(folder, 'infra', 'stacks.ts'))) as {
      addStacks: AddStacks;
    };
    infra = { folder, addStacks };
  }
  return infra;
}

/** Synthesises some environments of a configuration as the generated app does. */
export async function synthesiseExample(
  options: {
    readonly configuration?: Configuration;
    /** @default all */
    readonly environments?: readonly string[];
    /** The contents of releases/<environment>.json. @default a release of the first model everywhere */
    readonly releases?: (environment: string) => unknown;
    /** By model, the contents of releases/measured/<model>.json. @default nothing is measured */
    readonly measured?: Readonly<Record<string, unknown>>;
    /** By model, the contents of releases/contracts/<model>.json. @default - none */
    readonly contracts?: Readonly<Record<string, unknown>>;
    /** @default all models */
    readonly only?: string;
    readonly app?: AppProps;
    readonly before?: (app: App) => void;
  } = {},
): Promise<Synthesised> {
  const { folder, addStacks } = await generatedInfra();
  const configuration = readConfiguration(
    JSON.stringify(options.configuration ?? example),
  ).normalised;
  const app = checkedApp({
    outdir: mkdtempSync(join(folder, 'cdk.out-')),
    builtinCloudFormationValidation: false,
    ...options.app,
  });
  for (const name of options.environments ?? Object.keys(configuration.environments)) {
    const releases = (options.releases ?? releaseIn)(name);
    const { measured, contracts, only } = options;
    addStacks(app, configuration, name, releases, { measured, contracts, only });
  }
  options.before?.(app);
  const synthesis = synthesise(app);
  const templates = Object.fromEntries(
    synthesis.stacks.map((name) => [
      name,
      JSON.parse(
        readFileSync(join(synthesis.directory, `${name}.template.json`), 'utf8'),
      ) as Template,
    ]),
  );
  return { ...synthesis, app, configuration, templates };
}

/** All resources of a type, with the stack they are in. */
export function resourcesOf(
  synthesised: Synthesised,
  type: string,
): (Resource & { stack: string; id: string })[] {
  return Object.entries(synthesised.templates).flatMap(([stack, template]) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => ({ ...resource, stack, id })),
  );
}
