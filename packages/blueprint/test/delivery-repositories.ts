import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkConfiguration, type NormalisedConfiguration, type Tier } from '@wa-ml/config';
import { planRepo } from '../src';
import type { Job, Permissions } from '../src/capabilities/delivery/workflow-syntax';

/** Environments by name, in the order of promotion. */
export type Tiers = Readonly<Record<string, Tier>>;

/** Repositories with one to four environments, by what is particular about them. */
export const repositories: readonly (readonly [string, Tiers])[] = [
  ['production alone', { live: 'production' }],
  ['development alone', { sandbox: 'development' }],
  ['two environments', { dev: 'development', prod: 'production' }],
  ['three environments', { dev: 'development', staging: 'staging', prod: 'production' }],
  [
    'four environments, two of them production',
    { zeta: 'development', qa: 'staging', prodeu: 'production', alpha: 'production' },
  ],
];

export function configurationOf(
  tiers: Tiers,
  models: readonly string[] = ['diagnosis'],
  region = 'eu-west-1',
): NormalisedConfiguration {
  return checkConfiguration({
    name: 'acme-ml',
    owner: 'ml@acme.example',
    environments: Object.fromEntries(
      // A leading zero is part of an account's id: YAML must not read a number.
      Object.entries(tiers).map(([name, tier], index) => [
        name,
        { tier, account: `0${index + 1}`.repeat(6), region },
      ]),
    ),
    models: Object.fromEntries(models.map((name) => [name, { flavour: 'pytorch-tabular' }])),
  }).normalised;
}

/** What delivery plans, or another capability, by path. */
export function delivered(
  configuration: NormalisedConfiguration,
  capability = 'delivery',
): Map<string, string> {
  const root = join(__dirname, '../../../templates');
  const templates = new Map(
    readdirSync(join(root, capability), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [
        file.slice(root.length + 1).replaceAll('\\', '/'),
        readFileSync(file, 'utf8'),
      ]),
  );
  return new Map(planRepo(configuration, templates).map(({ path, content }) => [path, content]));
}

/** A step as GitHub reads it: `uses` is a reference by commit. */
export interface ReadStep {
  readonly name: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface ReadWorkflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Permissions;
  readonly defaults: unknown;
  readonly jobs: Readonly<
    Record<string, Omit<Job, 'steps'> & { readonly steps: readonly ReadStep[] }>
  >;
}

export const workflowPaths = ['.github/workflows/ci.yml', '.github/workflows/deploy.yml'] as const;

export function readWorkflow(
  files: ReadonlyMap<string, string>,
  path: (typeof workflowPaths)[number],
): ReadWorkflow {
  return parse(files.get(path)!) as ReadWorkflow;
}

/** The one step of a job that has this name. */
export function stepOf(workflow: ReadWorkflow, job: string, name: string): ReadStep {
  const found = workflow.jobs[job]?.steps.find((step) => step.name === name);
  if (!found) throw new Error(`there is no step "${name}" in ${job}`);
  return found;
}
