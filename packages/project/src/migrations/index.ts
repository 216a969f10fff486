import { compareReleases } from '@wa-ml/blueprint';
import { moveEndpointBudget } from './0.2.0/move-endpoint-budget';
import { acknowledgeOneRegion } from './0.3.0/acknowledge-one-region';
import { buildModelTakesData } from './0.3.0/build-model-takes-data';
import type { Migration } from './migration';

export { moveEndpointBudget } from './0.2.0/move-endpoint-budget';
export { acknowledgeOneRegion } from './0.3.0/acknowledge-one-region';
export { buildModelTakesData } from './0.3.0/build-model-takes-data';
export type { MigratedFiles, Migration } from './migration';

/**
 * Every migration, in the order in which they are run; a new one is a file in its release's folder, a line here,
 * and its entry in generators/migrations.json.
 */
export const migrations: readonly Migration[] = [
  moveEndpointBudget,
  buildModelTakesData,
  acknowledgeOneRegion,
];

/** The migrations that a repository of some release has not had. */
export function migrationsSince(release: string): readonly Migration[] {
  return migrations.filter((one) => compareReleases(one.release, release) > 0);
}
