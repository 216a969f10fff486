import { apiSettings, type ApiGatewayLogRole, type ApiSettings } from './api-settings';
import { emulatesBf16 } from './accelerators';
import { normaliseData, type DataSettings } from './data-settings';
import { flavourTraits, isProgram, type Flavour, type FlavourTraits } from './flavours';
import {
  type Capacity,
  type Configuration,
  type DataFile,
  type Precision,
  type Quantisation,
  type Strategy,
  type Tier,
  type WrittenEnvironment,
} from './schema';
import { protectionSettings, type ProtectionSettings } from './environment-settings';
import type { Regime } from './regimes';
import { endpointTypeSettings, type EndpointTypeSettings } from './endpoint-settings';
import { endpointTraits } from './endpoint-types';
import { stepOptions, type StepOption } from './step-graph/index';
import { normaliseSchedule, type ScheduleSettings } from './schedule-settings';
import { normaliseTuning, type TuningSettings } from './tuning';
import { serverSettings, type ServerSettings } from './server-settings';
import { timeZoneOf, workingHours, type WorkingHours } from './working-hours-settings';

export interface TrainingSettings {
  readonly instanceType: string;
  readonly instances: number;
  readonly strategy: Strategy;
  readonly precision: Precision;
  readonly capacity: Capacity;
  /** Name to text, as SageMaker passes them. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  /** Absent: it trains when somebody or something starts it. */
  readonly schedule?: ScheduleSettings;
}

/**
 * What a training job gets as hyperparameters, which SageMaker has as texts.
 * @param options of the model: a program of people's own is told nothing that only our loop understands.
 */
export function trainingHyperparameters(
  { strategy, precision, hyperparameters }: TrainingSettings,
  options: readonly StepOption[],
): Record<string, string> {
  return options.includes('program')
    ? { ...hyperparameters }
    : { ...hyperparameters, strategy, precision };
}

type Optioned = Pick<NormalisedModel, 'data' | 'tuning' | 'flavour'>;
const hasOption: Readonly<Record<StepOption, (model: Optioned) => boolean>> = {
  data: ({ data }) => data !== undefined,
  tuning: ({ tuning }) => tuning !== undefined,
  program: ({ flavour }) => isProgram(flavour),
};

/** What a model has of what steps and inputs of the graph depend on. */
export function stepOptionsOf(model: Optioned): StepOption[] {
  return stepOptions.filter((option) => hasOption[option](model));
}

/** What a smaller form of the model has to reach to be served; all shares are fractions of 1. */
export interface OptimiseSettings {
  readonly quantise: Quantisation;
  readonly prune: number;
  readonly maxAccuracyDrop: number;
  readonly minLatencyReduction: number;
}

export interface EndpointSettings extends EndpointTypeSettings {
  readonly instanceType: string;
  /** Fewest instances; those of each job in batch transform. */
  readonly min: number;
  readonly max: number;
  /** Monthly budget in US dollars; undefined for none: outside of production only what the environment itself says. */
  readonly budgetUsd?: number;
  readonly server: ServerSettings;
  /** The API in front of it; absent where it has none. */
  readonly api?: ApiSettings;
}

/** A model's settings in one environment, with every default filled. */
export interface ModelSettings {
  readonly training: TrainingSettings;
  readonly endpoint: EndpointSettings;
}

export interface NormalisedModel {
  readonly name: string;
  readonly flavour: Flavour;
  readonly data?: DataFile;
  /** The search for hyperparameters before each training; absent: none. */
  readonly tuning?: TuningSettings;
  /** The same in every environment: one artifact is promoted through all of them. */
  readonly optimise: OptimiseSettings;
  /** The settings by environment name; every environment has an entry. */
  readonly in: Readonly<Record<string, ModelSettings>>;
}

export interface NormalisedEnvironment extends ProtectionSettings {
  readonly name: string;
  readonly tier: Tier;
  readonly account: string;
  readonly region: string;
  readonly budgetUsd: number;
  readonly critical: boolean;
  /** Who sets the role by which API Gateway writes logs in this account and region. */
  readonly apiGatewayLogRole: ApiGatewayLogRole;
  /** When endpoints run that cost while nobody calls; absent: always. */
  readonly workingHours?: WorkingHours;
  /** IANA time zone of its schedules. */
  readonly timeZone: string;
}

/** wa-ml.json with every default filled; the order of environments and models is that of the file. */
export interface NormalisedConfiguration {
  readonly name: string;
  readonly owner: string;
  readonly ci: 'github';
  readonly compliance: readonly Regime[];
  readonly trainingEnvironment: string;
  readonly baseImages: { readonly training?: string; readonly inference?: string };
  readonly environments: Readonly<Record<string, NormalisedEnvironment>>;
  readonly data: DataSettings;
  readonly models: Readonly<Record<string, NormalisedModel>>;
}

/**
 * Monthly budgets in US dollars. Source: cost policy of the ML Lens document: development below 100,
 * staging below 500, 2000 to 5000 for a production endpoint.
 */
export const defaultBudgetUsd: Readonly<Record<Tier, number>> = {
  development: 100,
  staging: 500,
  production: 4000,
};
export const defaultEndpointBudgetUsd = 2000;
/** Instances by tier. Source: cost policy "ml.m5.large (dev), ml.m5.xlarge (staging)". */
export const defaultEndpointInstanceType: Readonly<Record<Tier, string>> = {
  development: 'ml.m5.large',
  staging: 'ml.m5.xlarge',
  production: 'ml.m5.xlarge',
};
/** The gate of optimised models. Source: performance policy "latency -30 % or better". */
export const defaultOptimise: OptimiseSettings = {
  quantise: 'int8',
  prune: 0,
  maxAccuracyDrop: 0.005,
  minLatencyReduction: 0.3,
};
/** Fewest instances where availability counts. Source: reliability policy "instance_count >= 2". */
export const highAvailabilityInstances = 2;
/** Most instances. Source: reliability policy "max instances = 4". */
export const defaultMaxInstances = 4;

/** Whether the high-availability policy binds in this environment. */
export function needsHighAvailability(
  environment: Pick<NormalisedEnvironment, 'tier' | 'critical'>,
): boolean {
  return environment.tier === 'production' || environment.critical;
}

type WrittenModel = Configuration['models'][string];

type Numerics = Pick<TrainingSettings, 'strategy' | 'precision'>;
/** What each kind of training does where nothing is said; a GPU that emulates bf16 is slower with it. */
const defaultNumerics: Readonly<
  Record<FlavourTraits['trainedBy'], (instanceType: string) => Numerics>
> = {
  network: (instanceType) => ({
    strategy: 'ddp',
    precision: emulatesBf16(instanceType) ? 'fp16' : 'bf16',
  }),
  // Libraries that train by themselves have their own arithmetic.
  estimator: () => ({ strategy: 'single', precision: 'fp32' }),
  // Nobody reads them: the rule program-settings refuses any that is written.
  program: () => ({ strategy: 'single', precision: 'fp32' }),
};

function settingsIn(
  written: WrittenModel,
  environment: NormalisedEnvironment,
  compliance: Configuration['compliance'],
): ModelSettings {
  const override = written.environments?.[environment.name];
  const training = { ...written.training, ...override?.training };
  const endpoint = { ...written.endpoint, ...override?.endpoint };
  const budgetUsd =
    environment.tier === 'production'
      ? (endpoint.budgetUsd ?? defaultEndpointBudgetUsd)
      : override?.endpoint?.budgetUsd;
  const api = apiSettings(endpoint.api, compliance);
  const instanceType = training.instanceType ?? 'ml.m5.xlarge';
  const numerics = defaultNumerics[flavourTraits[written.flavour].trainedBy](instanceType);
  const hyperparameters = {
    ...written.training?.hyperparameters,
    ...override?.training?.hyperparameters,
  };
  const type = endpointTypeSettings(endpoint);
  const min = endpoint.min ?? fewestInstances(type, environment);
  return {
    training: {
      instanceType,
      instances: training.instances ?? 1,
      strategy: training.strategy ?? numerics.strategy,
      precision: training.precision ?? numerics.precision,
      capacity: training.capacity ?? (environment.tier === 'production' ? 'onDemand' : 'spot'), // COST-3
      hyperparameters: Object.fromEntries(
        Object.entries(hyperparameters).map(([name, value]) => [name, String(value)]),
      ),
      ...(training.schedule ? { schedule: normaliseSchedule(training.schedule) } : {}),
    },
    endpoint: {
      instanceType: endpoint.instanceType ?? defaultEndpointInstanceType[environment.tier],
      min,
      max: endpoint.max ?? Math.max(defaultMaxInstances, min),
      ...type,
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      server: serverSettings(endpoint),
      ...(api ? { api } : {}),
    },
  };
}

function fewestInstances(
  { type }: EndpointTypeSettings,
  environment: NormalisedEnvironment,
): number {
  if (type === 'asynchronous') return 0; // the queue waits for the first instance
  const available = endpointTraits[type].answersAtOnce && needsHighAvailability(environment);
  return available ? highAvailabilityInstances : 1;
}

function normaliseEnvironment(
  name: string,
  written: WrittenEnvironment,
  compliance: Configuration['compliance'],
): NormalisedEnvironment {
  const { tier, account, region } = written;
  const critical = written.critical ?? false;
  const hours = workingHours(
    written.workingHours,
    region,
    needsHighAvailability({ tier, critical }),
  );
  return {
    name,
    tier,
    account,
    region,
    budgetUsd: written.budgetUsd ?? defaultBudgetUsd[tier],
    critical,
    ...(hours ? { workingHours: hours } : {}),
    timeZone: timeZoneOf(region, written.workingHours),
    ...protectionSettings(written, compliance),
    apiGatewayLogRole: written.apiGatewayLogRole ?? 'existing',
  };
}

/** Fills every default. Pure: the same configuration always gives the same result. */
export function normalise(written: Configuration): NormalisedConfiguration {
  const environments = Object.fromEntries(
    Object.entries(written.environments).map(([name, environment]) => [
      name,
      normaliseEnvironment(name, environment, written.compliance),
    ]),
  );
  const models = Object.fromEntries(
    Object.entries(written.models).map(([name, model]) => [
      name,
      {
        name,
        flavour: model.flavour,
        ...(model.data ? { data: model.data } : {}),
        ...(model.tuning ? { tuning: normaliseTuning(model.tuning) } : {}),
        optimise: { ...defaultOptimise, ...model.optimise },
        in: Object.fromEntries(
          Object.values(environments).map((environment) => [
            environment.name,
            settingsIn(model, environment, written.compliance),
          ]),
        ),
      },
    ]),
  );
  return {
    name: written.name,
    owner: written.owner,
    ci: written.ci ?? 'github',
    compliance: written.compliance ?? [],
    trainingEnvironment: written.trainingEnvironment ?? Object.keys(environments)[0] ?? '',
    baseImages: { ...written.baseImages },
    environments,
    data: normaliseData(
      written.data,
      Object.keys(models).filter((name) => models[name]!.data),
    ),
    models,
  };
}
