import {
  stackName,
  type ModelSettings,
  type NormalisedConfiguration,
  type NormalisedEnvironment,
} from '@wa-ml/config';
import { BootstraplessSynthesizer, Fn, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { boundRoles, type PermissionBoundary } from './permission-boundary';

/** What every stack of a generated repository is about. */
export interface StackSubject {
  readonly configuration: NormalisedConfiguration;
  readonly environment: NormalisedEnvironment;
  /** @default - the stack belongs to the environment, not to one model. */
  readonly model?: string;
  /** What its roles may do at most. @default - the foundation in the stack brings one, or it has no roles */
  readonly boundary?: PermissionBoundary;
}

/** A stack that belongs to one model. */
export type ModelSubject = StackSubject & { readonly model: string };

/** What wa-ml.json says of a model in an environment, with every default filled. */
export const settingsOf = ({ configuration, environment, model }: ModelSubject): ModelSettings =>
  configuration.models[model]!.in[environment.name]!;

export interface CapabilityStackOptions {
  /** The word in the stack's name, where a capability has several stacks. @default - the capability */
  readonly part?: string;
  /** @default - the environment's region */
  readonly region?: string;
  /** Whether it shares values with stacks of other regions. @default false */
  readonly crossRegionReferences?: boolean;
}

/**
 * A stack of one capability in one environment, and of one model where the capability is a model's own.
 * Its name is `<repo>-<environment>-<capability or part>[-<model>]`; every resource carries the cost-allocation tags.
 */
export class CapabilityStack extends Stack {
  readonly subject: StackSubject;
  /** E.g. `serving`: the word of its room. */
  readonly capability: string;

  constructor(
    scope: Construct,
    capability: string,
    subject: StackSubject,
    options: CapabilityStackOptions = {},
  ) {
    const { configuration, environment, model } = subject;
    const name = stackName(configuration, environment.name, options.part ?? capability, model);
    super(scope, name, {
      stackName: name,
      description: `${capability} of ${model ?? configuration.name} in ${environment.name}`,
      env: { account: environment.account, region: options.region ?? environment.region },
      ...(options.crossRegionReferences ? { crossRegionReferences: true } : {}),
      // OPS-9: with `-c plain=true` the templates ask for nothing that `cdk bootstrap` makes, and any tool deploys them.
      ...(scope.node.tryGetContext('plain') === undefined
        ? {}
        : { synthesizer: new BootstraplessSynthesizer() }),
      // COST-6, SEC-4: nobody deletes production by a slip; everything can be found and charged by its tags.
      terminationProtection: environment.tier === 'production',
    });
    this.subject = subject;
    this.capability = capability;
    const tags = {
      project: configuration.name,
      environment: environment.name,
      owner: configuration.owner,
      capability,
      ...(model ? { model } : {}),
    };
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
    if (subject.boundary) boundRoles(this, subject.boundary);
  }

  /** The first three zones by CloudFormation's own list: a lookup would need the account at synthesis. */
  override get availabilityZones(): string[] {
    return [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs()));
  }
}
