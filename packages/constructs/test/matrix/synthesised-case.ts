import { ConfigurationError, readConfiguration } from '@wa-ml/config';
import { inContainers, releaseIn, synthesiseExample, type Synthesised } from '../generated-infra';
import { configurationOf, valueOf } from './options';
import type { Case } from './pairwise';

/** Ids of the rules that refuse a case's configuration. */
export function refusedBy(chosen: Case): readonly string[] {
  try {
    readConfiguration(JSON.stringify(configurationOf(chosen)));
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ rule }) => rule);
    throw error;
  }
}

/** Synthesises all three environments of a case, with CloudFormation's own validation. */
export async function synthesiseCase(chosen: Case): Promise<Synthesised> {
  const configuration = configurationOf(chosen);
  const { normalised } = readConfiguration(JSON.stringify(configuration));
  const releases = valueOf(chosen, 'releases');
  const settings = normalised.models['diagnosis']!.in;
  /** What was promoted: as many containers as the configuration names. */
  const released = (environment: string) => {
    const release = releaseIn(environment);
    const { type, containers } = settings[environment]!.endpoint;
    return type === 'inferencePipeline' && containers
      ? releaseIn(environment, 'diagnosis', {
          containers: inContainers(release['diagnosis']!, containers),
        })
      : release;
  };
  const measured = Object.values(settings).map(({ endpoint }) => ({
    maxRps: 120,
    instanceType: endpoint.instanceType,
    imageDigest: `sha256:${'a'.repeat(64)}`,
  }));
  return synthesiseExample({
    configuration,
    releases: (environment) => (releases === 'none' ? {} : released(environment)),
    ...(releases === 'measured' ? { measured: { diagnosis: measured } } : {}),
    app: { builtinCloudFormationValidation: true },
  });
}
