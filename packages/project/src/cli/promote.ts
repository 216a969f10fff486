import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { readConfiguration } from '@wa-ml/config';
import { findRelease, formatReleases, parseReleases } from '@wa-ml/ops';
import { headCommit } from '../git';
import { readConfigurationText } from '../keep-in-step';
import { writeContent } from '../working-copy';
import { UsageError, type Command } from './command';

/** Writes a release from the registry; deploying it is a commit away. */
export const promote: Command = {
  summary:
    "Writes releases/<environment>.json from the newest approved package of the environment's registry.",
  usage: 'MODEL --to ENVIRONMENT [--version N] [--dry-run] [--json]',
  examples: [
    'npx wa-ml promote diagnosis --to dev',
    'npx wa-ml promote diagnosis --to prod --version 7 --dry-run',
  ],
  options: { to: { type: 'string' }, version: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  optionHelp: {
    to: 'The environment that shall run the model.',
    version: 'Version of the model package. Default: the newest approved one.',
    'dry-run': 'Show the release and write nothing.',
  },
  run: async ({ root, positionals: [model, ...more], values, print }) => {
    const to = values['to'];
    if (model === undefined || more.length > 0 || typeof to !== 'string') {
      throw new UsageError(
        'Which model, and to which environment?',
        'Say wa-ml promote MODEL --to ENVIRONMENT.',
      );
    }
    const { normalised } = readConfiguration(readConfigurationText(root));
    const region = normalised.environments[to]?.region;
    // The pinned SDK runs on every Node that we support; its note about later ones is no news to whoever promotes.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const client = new SageMakerClient({ ...(region ? { region } : {}), maxAttempts: 3 });
    const release = await findRelease(client, {
      configuration: normalised,
      model,
      to,
      version: versionNumber(values['version']),
      gitCommit: headCommit(root) ?? 'uncommitted',
      promotedBy: process.env['GITHUB_ACTOR'] ?? userInfo().username,
    });
    const path = `releases/${to}.json`;
    const file = join(root, path);
    const releases = existsSync(file) ? parseReleases(readFileSync(file, 'utf8'), path) : {};
    const before = JSON.stringify(releases[model]);
    const unchanged =
      before !== undefined &&
      before === JSON.stringify({ ...release, gitCommit: releases[model]!.gitCommit });
    if (!values['dry-run'] && !unchanged)
      writeContent(root, path, formatReleases({ ...releases, [model]: release }));
    print(
      unchanged
        ? `${to} already runs ${release.modelPackageArn}.\n`
        : `${values['dry-run'] ? 'Would write' : 'Wrote'} ${path}: ${model} runs ${release.modelPackageArn}\n  image  ${release.image}@${release.imageDigest}\nNext: commit it, open a pull request, and let CI deploy it. A Git revert of it is the rollback.\n`,
      { path, model, release, written: !values['dry-run'] && !unchanged },
    );
    return 0;
  },
};

function versionNumber(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[1-9]\d*$/.test(value)) return Number(value);
  throw new UsageError(
    `--version ${String(value)} is no version.`,
    'Give a whole number from 1, as the registry shows it.',
  );
}
