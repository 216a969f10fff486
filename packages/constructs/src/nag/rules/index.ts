import type { MlRule } from '../ml-rule';
import { apiCorsAllowList } from './api/api-cors-allow-list';
import { apiMethodAuthorised } from './api/api-method-authorised';
import { apiRequestChecked } from './api/api-request-checked';
import { apiStageBehindFirewall } from './api/api-stage-behind-firewall';
import { apiStageThrottled } from './api/api-stage-throttled';
import { cachedAnswersPerCaller } from './api/cached-answers-per-caller';
import { firewallRateLimited } from './api/firewall-rate-limited';
import { functionRollbackAlarms } from './api/function-rollback-alarms';
import { budgetAlerts } from './cost/budget-alerts';
import { costTags } from './cost/cost-tags';
import { asynchronousFailuresTold } from './endpoint/asynchronous-failures-told';
import { asynchronousOutputEncrypted } from './endpoint/asynchronous-output-encrypted';
import { captureEncrypted } from './endpoint/capture-encrypted';
import { captureNamesPersonalData } from './endpoint/capture-names-personal-data';
import { endpointBudgeted } from './endpoint/endpoint-budgeted';
import { endpointConfigKey } from './endpoint/endpoint-config-key';
import { endpointKeepsScaling } from './endpoint/endpoint-keeps-scaling';
import { endpointRollbackAlarms } from './endpoint/endpoint-rollback-alarms';
import { endpointRollbackWindow } from './endpoint/endpoint-rollback-window';
import { endpointRolloutLimits } from './endpoint/endpoint-rollout-limits';
import { serverlessLimits } from './endpoint/serverless-limits';
import { shadowVariantLimits } from './endpoint/shadow-variant-limits';
import { variantAutoscaled } from './endpoint/variant-autoscaled';
import { variantTwoInstances } from './endpoint/variant-two-instances';
import { variantWeights } from './endpoint/variant-weights';
import { variantWithoutElasticInference } from './endpoint/variant-without-elastic-inference';
import { variantsRollTogether } from './endpoint/variants-roll-together';
import { inferencePipelineLimits } from './model/inference-pipeline-limits';
import { instanceFamilyOffered } from './model/instance-family-offered';
import { modelImageByDigest } from './model/model-image-by-digest';
import { modelInVpc } from './model/model-in-vpc';
import { modelNetworkIsolation } from './model/model-network-isolation';
import { multiModelLimits } from './model/multi-model-limits';
import { alarmActs } from './monitoring/alarm-acts';
import { alarmHasRunbook } from './monitoring/alarm-has-runbook';
import { alarmMissingData } from './monitoring/alarm-missing-data';
import { rollbackAlarmsInTime } from './monitoring/rollback-alarms-in-time';
import { stoppedEndpointSilent } from './monitoring/stopped-endpoint-silent';
import { notebookIdleShutdown } from './notebook/notebook-idle-shutdown';
import { notebookMetadataService } from './notebook/notebook-metadata-service';
import { notebookWithoutRoot } from './notebook/notebook-without-root';
import { studioEncrypted } from './notebook/studio-encrypted';
import { studioIdleShutdown } from './notebook/studio-idle-shutdown';
import { studioInsideVpc } from './notebook/studio-inside-vpc';
import { jobImageByDigest } from './pipeline/job-image-by-digest';
import { jobOutputsEncrypted } from './pipeline/job-outputs-encrypted';
import { jobVolumesEncrypted } from './pipeline/job-volumes-encrypted';
import { jobsInVpc } from './pipeline/jobs-in-vpc';
import { jobsIsolated } from './pipeline/jobs-isolated';
import { jobsRetried } from './pipeline/jobs-retried';
import { pipelineDefinitionReadable } from './pipeline/pipeline-definition-readable';
import { registrationGated } from './pipeline/registration-gated';
import { registrationWaitsForApproval } from './pipeline/registration-waits-for-approval';
import { spotTrainingResumes } from './pipeline/spot-training-resumes';
import { trainingCapacityExclusive } from './pipeline/training-capacity-exclusive';
import { trainingHostsEncrypted } from './pipeline/training-hosts-encrypted';
import { trainingOnSpot } from './pipeline/training-on-spot';
import { trainingTimeLimited } from './pipeline/training-time-limited';
import { policyActionsSpeltOut } from './roles/policy-actions-spelt-out';
import { roleForThisAccount } from './roles/role-for-this-account';
import { asynchronousWakes } from './scaling/asynchronous-wakes';
import { scalingCooldown } from './scaling/scaling-cooldown';
import { scalingMeasured } from './scaling/scaling-measured';
import { scalingRange } from './scaling/scaling-range';
import { scheduleDeadLetters } from './schedule/schedule-dead-letters';
import { bucketLifecycle } from './storage/bucket-lifecycle';
import { featureGroupEncrypted } from './storage/feature-group-encrypted';
import { imageRepositoryImmutable } from './storage/image-repository-immutable';
import { imageRepositoryScanned } from './storage/image-repository-scanned';
import { logBucketObjectLock } from './storage/log-bucket-object-lock';
import { trailDataEvents } from './storage/trail-data-events';

/** All rules; a new one is a file in the folder of what it looks at and a line here. */
export const rules: readonly MlRule[] = [
  apiCorsAllowList,
  apiMethodAuthorised,
  apiRequestChecked,
  apiStageBehindFirewall,
  apiStageThrottled,
  cachedAnswersPerCaller,
  firewallRateLimited,
  functionRollbackAlarms,
  budgetAlerts,
  costTags,
  asynchronousFailuresTold,
  asynchronousOutputEncrypted,
  captureEncrypted,
  captureNamesPersonalData,
  endpointBudgeted,
  endpointConfigKey,
  endpointKeepsScaling,
  endpointRollbackAlarms,
  endpointRollbackWindow,
  endpointRolloutLimits,
  serverlessLimits,
  shadowVariantLimits,
  variantAutoscaled,
  variantTwoInstances,
  variantWeights,
  variantWithoutElasticInference,
  variantsRollTogether,
  inferencePipelineLimits,
  instanceFamilyOffered,
  modelImageByDigest,
  modelInVpc,
  modelNetworkIsolation,
  multiModelLimits,
  alarmActs,
  alarmHasRunbook,
  alarmMissingData,
  rollbackAlarmsInTime,
  stoppedEndpointSilent,
  notebookIdleShutdown,
  notebookMetadataService,
  notebookWithoutRoot,
  studioEncrypted,
  studioIdleShutdown,
  studioInsideVpc,
  jobImageByDigest,
  jobOutputsEncrypted,
  jobVolumesEncrypted,
  jobsInVpc,
  jobsIsolated,
  jobsRetried,
  pipelineDefinitionReadable,
  registrationGated,
  registrationWaitsForApproval,
  spotTrainingResumes,
  trainingCapacityExclusive,
  trainingHostsEncrypted,
  trainingOnSpot,
  trainingTimeLimited,
  policyActionsSpeltOut,
  roleForThisAccount,
  asynchronousWakes,
  scalingCooldown,
  scalingMeasured,
  scalingRange,
  scheduleDeadLetters,
  bucketLifecycle,
  featureGroupEncrypted,
  imageRepositoryImmutable,
  imageRepositoryScanned,
  logBucketObjectLock,
  trailDataEvents,
];
