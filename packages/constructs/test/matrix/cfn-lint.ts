import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assembleInfra, type Template } from '../generated-infra';

const program = join(__dirname, '..', '..', '..', '..', '.venv', 'bin', 'cfn-lint');

/** Rules that are not asked, each with why. */
const notAsked: Readonly<Record<string, string>> = {
  // CDK depends on a role together with its policies; that the role is also named elsewhere does no harm.
  W3005: 'a dependency that a reference enforces already',
  // People are told where the requests of an asynchronous endpoint lie: in a bucket of the foundation.
  W6001: 'an output that names what another stack exports',
};

export interface LintFinding {
  readonly Filename: string;
  readonly Level: string;
  readonly Message: string;
  readonly Location: { readonly Path: readonly unknown[] };
  readonly Rule: { readonly Id: string };
}

/** What cfn-lint says of templates, each different one once. */
export class CfnLint {
  private readonly templates = new Map<string, string>();

  add(templates: Readonly<Record<string, Template>>): void {
    for (const [name, template] of Object.entries(templates)) {
      const text = JSON.stringify(template);
      if (!this.templates.has(text)) this.templates.set(text, `${this.templates.size}-${name}`);
    }
  }

  get size(): number {
    return this.templates.size;
  }

  /** @throws Error where there is no cfn-lint, or where it breaks. */
  findings(): LintFinding[] {
    if (!existsSync(program))
      throw new Error('There is no cfn-lint in .venv: run `npm test` once, it installs one.');
    const folder = join(assembleInfra(), 'lint');
    mkdirSync(folder);
    const files = [...this.templates].map(([text, name]) => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, text);
      return file;
    });
    const ignored = Object.keys(notAsked).flatMap((id) => ['--ignore-checks', id]);
    const { stdout, stderr } = spawnSync(
      program,
      ['--format', 'json', '--region', 'eu-west-1', ...ignored, '--', ...files],
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    if (!stdout.startsWith('[')) throw new Error(`cfn-lint broke: ${stderr}`);
    return JSON.parse(stdout) as LintFinding[];
  }
}
