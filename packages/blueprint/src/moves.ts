import type { Manifest } from './manifest';
import type { PlannedFile } from './planned-file';

/** Where a file that is renamed now goes, e.g. with its model. */
export interface Move {
  readonly to: string;
  /**
   * What our templates of now make of a seeded file under its old name: the new name is merged into it from there,
   * so that a rename brings no other change of a template along.
   * @default none: it moves byte for byte
   */
  readonly before?: string;
}

/** Old path -> where it goes. */
export type Moves = ReadonlyMap<string, Move>;

/** Where a planned file comes from. */
export interface Origin {
  readonly path: string;
  /** The move that somebody asked for: it takes everything along; a release moves only what still is ours to move. */
  readonly move?: Move;
}

/**
 * The moves of every file under one folder to another.
 * @param paths e.g. those of the manifest; paths elsewhere are left out.
 * @param from and @param to folders without a slash at the end, e.g. `models/churn`.
 * @param before the plan with the old name.
 */
export function movesOfFolder(
  paths: Iterable<string>,
  from: string,
  to: string,
  before: readonly PlannedFile[] = [],
): Map<string, Move> {
  const seeds = new Map(
    before.filter(({ owner }) => owner === 'seeded').map(({ path, content }) => [path, content]),
  );
  return new Map(
    [...paths]
      .filter((path) => path.startsWith(`${from}/`))
      .map((path) => {
        const seed = seeds.get(path);
        const move: Move = { to: `${to}${path.slice(from.length)}` };
        // Bytes carry no name, and are never merged.
        return [path, typeof seed === 'string' ? { ...move, before: seed } : move];
      }),
  );
}

/**
 * New path -> where it comes from, for planned paths that the manifest does not know yet:
 * by a rename, by what the release says of earlier paths, or because only the case of its letters changed.
 */
export function originsOf(
  plan: readonly PlannedFile[],
  manifest: Manifest,
  moves: Moves = new Map(),
): Map<string, Origin> {
  const planned = new Set(plan.map(({ path }) => path));
  const gone = new Set([...manifest.keys()].filter((path) => !planned.has(path)));
  const renamed = new Map([...moves].map(([from, { to }]) => [to, from]));
  const folded = new Map([...gone].map((path) => [path.toLowerCase(), path]));
  const origins = new Map<string, Origin>();
  for (const { path, movedFrom = [] } of plan) {
    if (manifest.has(path)) continue;
    const candidates = [renamed.get(path), ...movedFrom, folded.get(path.toLowerCase())];
    const from = candidates.find((one) => one !== undefined && gone.delete(one));
    if (from === undefined) continue;
    const move = from === candidates[0] ? moves.get(from) : undefined;
    origins.set(path, { path: from, ...(move ? { move } : {}) });
  }
  return origins;
}

/** Planned paths and the paths of the manifest that differ from them only in case: one file or two, as the file system has it. */
export function caseVariants(plan: readonly PlannedFile[], manifest: Manifest): [string, string][] {
  const planned = new Map(plan.map(({ path }) => [path.toLowerCase(), path]));
  return [...manifest.keys()].flatMap((path): [string, string][] => {
    const other = planned.get(path.toLowerCase());
    return other === undefined || other === path ? [] : [[other, path]];
  });
}
