import { findNodeAtLocation, getNodeValue, modify, applyEdits, parseTree } from 'jsonc-parser';
import type { Migration } from '../migration';

interface WrittenEnvironment {
  readonly tier?: unknown;
  readonly critical?: unknown;
  readonly recoveryRegion?: unknown;
  readonly acknowledge?: unknown;
}

/** A critical production environment names a recovery region since, or says that it does without. */
const livesInOneRegion = (environment: WrittenEnvironment): boolean =>
  environment.tier === 'production' &&
  environment.critical === true &&
  environment.recoveryRegion === undefined &&
  environment.acknowledge === undefined;

/** The text of wa-ml.json with the acknowledgement in each environment that needs it, and their names. */
function acknowledged(text: string): { text: string; names: string[] } {
  if (text.startsWith('\uFEFF')) {
    const rest = acknowledged(text.slice(1));
    return { ...rest, text: `\uFEFF${rest.text}` };
  }
  const root = parseTree(text);
  const environments = root && findNodeAtLocation(root, ['environments']);
  if (environments?.type !== 'object') return { text, names: [] };
  const names = Object.entries(getNodeValue(environments) as Record<string, WrittenEnvironment>)
    .filter(([, environment]) => typeof environment === 'object' && environment !== null)
    .filter(([, environment]) => livesInOneRegion(environment))
    .map(([name]) => name);
  const formattingOptions = {
    insertSpaces: true,
    tabSize: 2,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  const changed = names.reduce(
    (soFar, name) =>
      applyEdits(
        soFar,
        modify(soFar, ['environments', name, 'acknowledge'], ['one-region'], { formattingOptions }),
      ),
    text,
  );
  return { text: changed, names };
}

/**
 * A critical production environment has a copy in another region since. Where that is, and whether it is worth its price,
 * only people know: until they name one, wa-ml.json says that the environment does without.
 */
export const acknowledgeOneRegion: Migration = {
  release: '0.3.0',
  name: 'acknowledge-one-region',
  summary: 'wa-ml.json: critical production environments say that they live in one region',
  migrate: (files) => {
    const before = files.read('wa-ml.json') ?? '';
    const { text, names } = acknowledged(before);
    if (text === before) return [];
    files.write('wa-ml.json', text);
    return names.map(
      (name) =>
        `wa-ml.json: "${name}" is critical and is lost with its region; name a recoveryRegion and take "one-region" out`,
    );
  },
};
