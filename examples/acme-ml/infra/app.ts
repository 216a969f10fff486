import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, readConfiguration, WaMlError } from '@wa-ml/config';
import { checkedApp, formatFindings, synthesise } from '@wa-ml/constructs';
import { addStacks } from './stacks';

const root = join(__dirname, '..');

/**
 * Synthesises every environment, or the one that `-c environment=<name>` names; all models, or the one that
 * `-c model=<name>` names, with the foundation that it stands on. Returns the exit code.
 */
function main(): number {
  const app = checkedApp();
  const { normalised: configuration } = readConfiguration(readFileSync(join(root, 'wa-ml.json'), 'utf8'));
  const known = Object.keys(configuration.environments);
  const wanted: string | undefined = app.node.tryGetContext('environment');
  const only: string | undefined = app.node.tryGetContext('model');
  for (const name of wanted === undefined ? known : [wanted]) {
    const ofModels = (folder: string) =>
      Object.fromEntries(Object.keys(configuration.models).map((model) => [model, contentOf(`${folder}/${model}`)]));
    const [measured, contracts] = [ofModels('measured'), ofModels('contracts')];
    addStacks(app, configuration, name, contentOf(name) ?? {}, { measured, contracts, ...(only ? { only } : {}) });
  }
  const { findings, exitCode } = synthesise(app);
  console.error(formatFindings(findings));
  return exitCode;
}

/** Content of a file of releases/, or undefined while nothing is released or measured yet. */
function contentOf(name: string): unknown {
  const file = join(root, 'releases', `${name}.json`);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InputError({
      code: 'RELEASE_INVALID',
      what: `releases/${name}.json is no JSON.`,
      why: String(error),
      next: 'Bring it back from Git, or delete it if nothing is released or measured.',
    });
  }
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof WaMlError)) throw error;
  console.error(`${error.code}: ${error.what}\n  ${error.why}\n  ${error.next}`);
  process.exitCode = error.exitCode;
}
