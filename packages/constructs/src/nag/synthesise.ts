import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Validations, type AppProps } from 'aws-cdk-lib';
import {
  FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT,
  VALIDATION_REPORT_FILE,
} from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { MlChecks } from './ml-checks';

/** One rule that one resource breaks. */
export interface Finding {
  /** E.g. `AwsSolutions-S1`, or `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: string;
  readonly severity: string;
  readonly what: string;
  /** Construct path of the resource. */
  readonly resource: string;
}

export interface Synthesis {
  /** Folder of the templates. */
  readonly directory: string;
  /** Names of the stacks. */
  readonly stacks: readonly string[];
  /** Every finding that nobody acknowledged; errors first. */
  readonly findings: readonly Finding[];
  /** 0: clean, or warnings only. 1: at least one error. */
  readonly exitCode: 0 | 1;
}

/** CDK's feature flags that the constructs rely on; cdk.json and `-c` may add others. */
const featureFlags = {
  // Access logs are allowed by a bucket policy; the access control lists of old are switched off.
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:enablePartitionLiterals': true,
  '@aws-cdk/core:target-partitions': ['aws'],
  // Exports that CloudFormation guards: a key or bucket cannot go while a model uses it.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
};

/**
 * An app that is checked by the AwsSolutions pack and by our rules for machine learning when it is synthesised.
 * CDK itself would print every finding with its stack trace, thousands of lines, and throw: it only writes its
 * report here, and `synthesise` reads that.
 */
export function checkedApp(props: AppProps = {}): App {
  const app = new App({
    ...props,
    context: { ...featureFlags, ...props.context },
    postCliContext: { ...props.postCliContext, [FAIL_SYNTH_ON_VALIDATION_ERRORS_CONTEXT]: false },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(), new MlChecks());
  return app;
}

interface Report {
  readonly pluginReports?: readonly {
    readonly violations?: readonly {
      readonly ruleName: string;
      readonly severity?: string;
      readonly description?: string;
      readonly violatingConstructs?: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

/** Writes the templates and reads what the checks found. Does not throw on findings. */
export function synthesise(app: App): Synthesis {
  const assembly = app.synth();
  const file = join(assembly.directory, VALIDATION_REPORT_FILE);
  const report: Report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : {};
  const findings = (report.pluginReports ?? [])
    .flatMap((plugin) => plugin.violations ?? [])
    .flatMap((violation) =>
      (violation.violatingConstructs ?? []).map((construct) => ({
        rule: violation.ruleName,
        severity: violation.severity ?? 'error',
        what: violation.description ?? '',
        resource: construct.constructPath ?? '(unknown)',
      })),
    )
    .sort(
      (left, right) =>
        left.severity.localeCompare(right.severity) || left.resource.localeCompare(right.resource),
    );
  return {
    directory: assembly.directory,
    stacks: assembly.stacks.map((stack) => stack.stackName),
    findings,
    exitCode: findings.some((finding) => finding.severity === 'error') ? 1 : 0,
  };
}

/** The findings as a list that a person reads: a line for each, and what to do about them. */
export function formatFindings(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Checks: nothing found.';
  return [
    `Checks: ${findings.length} finding${findings.length === 1 ? '' : 's'}.`,
    ...findings.map(
      ({ rule, severity, what, resource }) =>
        `  ${severity}  ${rule}\n         ${resource}\n         ${what}`,
    ),
    "Mend each, or write why it is right: Validations.of(x).acknowledge({ id: '<rule>', reason: '...' })",
  ].join('\n');
}
