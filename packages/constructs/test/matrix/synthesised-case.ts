import { ConfigurationError, readConfiguration } from '@wa-ml/config';
import { releaseIn, synthesiseExample, type Synthesised } from '../generated-infra';
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
  const measured = Object.values(normalised.models['diagnosis']!.in).map(({ endpoint }) => ({
    maxRps: 120,
    instanceType: endpoint.instanceType,
    imageDigest: `sha256:${'a'.repeat(64)}`,
  }));
  return synthesiseExample({
    configuration,
    releases: (environment) => (releases === 'none' ? {} : releaseIn(environment)),
    ...(releases === 'measured' ? { measured: { diagnosis: measured } } : {}),
    app: { builtinCloudFormationValidation: true },
  });
}
