import {
  continuousBackupMinutes,
  recoveryObjectives,
  recoveryPlan,
  replicationAlarmMinutes,
  replicationMinutes,
  type NormalisedEnvironment,
} from '@wa-ml/config';
import { planTemplates, type Capability } from '../../capability';
import { repositoryVariables } from '../../variables';

/** The stacks of copies and backups, and the plan for the loss of a region. */
export const recovery: Capability = {
  word: 'recovery',
  applies: () => true,
  plan: (context) =>
    planTemplates(context, 'recovery', {
      ...repositoryVariables(context),
      objectives: Object.values(context.configuration.environments).map(objectivesOf),
      minutes: Object.fromEntries(recoveryPlan.map(({ id, minutes }) => [id, minutes])),
      total: recoveryPlan.reduce((sum, { minutes }) => sum + minutes, 0),
    }),
};

/** What an environment promises and by what, as a row of docs/recovery.md. */
function objectivesOf(environment: NormalisedEnvironment): Readonly<Record<string, string>> {
  const { name, region, recoveryRegion, critical, tier } = environment;
  const { rtoMinutes, rpoMinutes } = recoveryObjectives(environment);
  const replicated = `replication within ${replicationMinutes} minutes (alarm at ${replicationAlarmMinutes})`;
  const backedUp =
    tier === 'development' && !critical
      ? 'versions of every object'
      : `versions of every object, and continuous backups (${continuousBackupMinutes} minutes)`;
  return {
    environment: name,
    region,
    copy: recoveryRegion ?? 'none',
    loss: recoveryRegion ? 'objects, or the region' : 'objects; not of the region',
    rto: `${rtoMinutes / 60} h`,
    rpo: `${rpoMinutes} min`,
    by: recoveryRegion ? replicated : backedUp,
  };
}
