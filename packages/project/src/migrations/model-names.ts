import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { MigratedFiles } from './migration';

/** The names of the models in wa-ml.json, whatever else stands there; none where it is no JSON. */
export function modelNamesIn(files: Pick<MigratedFiles, 'read'>): string[] {
  const text = files.read('wa-ml.json');
  const root = text === undefined ? undefined : parseTree(text.replace(/^\uFEFF/, ' '));
  const models = root && findNodeAtLocation(root, ['models']);
  return models?.type === 'object'
    ? models.children!.map(({ children }) => String(children![0]!.value))
    : [];
}
