/**
 * AWS's limits that a configuration can break, checked when it is read and not when it is deployed.
 * Source: the SageMaker, IAM, CloudFormation and Budgets API references, as of 2026-11.
 */
export const limits = {
  /** Endpoint, endpoint configuration, model, job and model package group names. */
  sageMakerName: { maxLength: 63, pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/ },
  /** The longest name part that a repository or a model may have, so that two of them and an environment fit. */
  namePart: { maxLength: 32, pattern: /^[a-z]([a-z0-9]|-(?=[a-z0-9]))*$/ },
  environmentName: { maxLength: 16, pattern: /^[a-z][a-z0-9]*$/ },
  /**
   * Glue database and table names as Athena takes them, too: no capitals, no hyphens. Shorter than Glue's 255,
   * so that names of jobs and state machines (80) can hold it.
   */
  datasetName: { maxLength: 32, pattern: /^[a-z]([a-z0-9]|_(?=[a-z0-9]))*$/ },
  accountId: /^\d{12}$/,
  region: /^[a-z]{2}(-[a-z]+)+-\d$/,
  /** An image reference by digest: never a tag, which can move. */
  imageByDigest: /^[a-z0-9.\-_/:]+@sha256:[0-9a-f]{64}$/,
  /**
   * SageMaker takes 256 and 2500 characters; we take less of the alphabet, because the local command passes
   * the same pair through a shell.
   */
  hyperparameter: { name: /^[A-Za-z_][A-Za-z0-9_]{0,255}$/, text: /^[A-Za-z0-9_.+-]{1,2500}$/ },
  /** SageMaker caps a canary at half of the fleet. */
  canaryPercentMax: 50,
  /** Per cent of the fleet. Source: TrafficRoutingConfig and RollingUpdatePolicy, CreateEndpoint API reference. */
  linearPercent: { min: 10, max: 50 },
  rollingPercent: { min: 5, max: 50 },
} as const;
