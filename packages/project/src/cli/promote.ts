import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { readConfiguration } from '@wa-ml/config';
import {
  findRelease,
  formatReleases,
  parseReleases,
  withRelease,
  type ReleaseRole,
} from '@wa-ml/ops';
import { headCommit } from '../git';
import { readConfigurationText } from '../keep-in-step';
import { writeContent } from '../working-copy';
import { UsageError, type Command } from './command';

/** Writes a release from the registry; deploying it is a commit away. */
export const promote: Command = {
  summary:
    "Writes releases/<environment>.json from the newest approved package of the environment's registry.",
  usage:
    'MODEL --to ENVIRONMENT [--version N] [--as challenger|shadow --weight SHARE] [--dry-run] [--json]',
  examples: [
    'npx wa-ml promote diagnosis --to dev',
    'npx wa-ml promote diagnosis --to prod --version 7 --dry-run',
    'npx wa-ml promote diagnosis --to prod --version 8 --as challenger --weight 0.1',
  ],
  options: {
    to: { type: 'string' },
    version: { type: 'string' },
    as: { type: 'string' },
    weight: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  optionHelp: {
    to: 'The environment that shall run the model.',
    version: 'Version of the model package. Default: the newest approved one.',
    as: 'challenger (rollout ab) or shadow: beside what runs there. Default: it replaces that.',
    weight: 'Share of the requests that a challenger or a shadow gets, above 0. Default: 0.1.',
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
    const beside = besideOf(values['as'], values['weight']);
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
    const current = beside ? releases[model]?.[beside.role] : releases[model];
    const after = withRelease(releases, model, release, beside);
    const written = beside ? after[model]![beside.role]! : after[model]!;
    const unchanged =
      current !== undefined &&
      JSON.stringify(current) === JSON.stringify({ ...written, gitCommit: current.gitCommit });
    if (!values['dry-run'] && !unchanged) writeContent(root, path, formatReleases(after));
    print(
      unchanged
        ? `${to} already runs ${release.modelPackageArn}.\n`
        : `${values['dry-run'] ? 'Would write' : 'Wrote'} ${path}: ${model} runs ${release.modelPackageArn}${beside ? ` as ${beside.role}, weight ${beside.weight}` : ''}\n  image  ${release.image}@${release.imageDigest}\nNext: commit it, open a pull request, and let CI deploy it. A Git revert of it is the rollback.\n`,
      { path, model, release: written, written: !values['dry-run'] && !unchanged },
    );
    return 0;
  },
};

/** What the promoted model becomes beside the one that runs; undefined where it replaces that. */
function besideOf(
  as: unknown,
  weight: unknown,
): { readonly role: ReleaseRole; readonly weight: number } | undefined {
  if (as === undefined && weight === undefined) return undefined;
  if (as !== 'challenger' && as !== 'shadow') {
    throw new UsageError(
      as === undefined
        ? '--weight has no --as.'
        : `--as ${String(as)} is none of challenger, shadow.`,
      'Say --as challenger or --as shadow.',
    );
  }
  const share = weight === undefined ? 0.1 : Number(weight);
  if (share > 0 && (as === 'challenger' ? share < 1 : share <= 1))
    return { role: as, weight: share };
  throw new UsageError(
    `--weight ${String(weight)} is no share of the requests.`,
    as === 'challenger' ? 'Give a number above 0 and below 1.' : 'Give a number above 0, up to 1.',
  );
}

function versionNumber(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^[1-9]\d*$/.test(value)) return Number(value);
  throw new UsageError(
    `--version ${String(value)} is no version.`,
    'Give a whole number from 1, as the registry shows it.',
  );
}
