import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NodeProject } from 'projen/lib/javascript'; // 'projen' itself takes twice as long to load
import {
  contentOf,
  planRepo,
  type InferredSchema,
  type PlannedFile,
  type TemplateSet,
} from '@wa-ml/blueprint';
import { readConfiguration, type NormalisedConfiguration } from '@wa-ml/config';
import { installDependencies } from './install';
import { keepInStep } from './keep-in-step';
import { loadTemplates } from './load-templates';
import { lockPythonPackages } from './lock-python';
import { packageSpecifiers } from './packages';
import { formatReport } from './report';
import { addRepositoryFiles, projectOptions } from './repository-files';

export interface WaMlProjectOptions {
  /**
   * The configuration file, relative to `root`.
   * @default 'wa-ml.json'
   */
  readonly config?: string;
  /**
   * Folder of the repository.
   * @default the current folder
   */
  readonly root?: string;
  /**
   * Text of the configuration, where it is not on disk yet.
   * @default the text of the configuration file
   */
  readonly configurationText?: string;
  /**
   * What package.json says for each of our packages.
   * @default our version, or the tarballs in `.wa-ml/vendor/`
   */
  readonly specifiers?: Readonly<Record<string, string>>;
  /** @default the templates of this release */
  readonly templates?: TemplateSet;
}

/** Private folders that have not been read and removed yet. */
const stages = new Set<string>();
let cleansOnExit = false;

function makeStage(): string {
  if (!cleansOnExit) process.once('exit', () => stages.forEach(removeStage));
  cleansOnExit = true;
  const stage = mkdtempSync(join(tmpdir(), 'wa-ml-'));
  stages.add(stage);
  return stage;
}

function removeStage(stage: string): void {
  rmSync(stage, { recursive: true, force: true });
  stages.delete(stage);
}

/**
 * The projen project of a generated repository.
 *
 * projen renders its files (and whatever `.projenrc.ts` adds) into a private folder, never into the repository:
 * they become planned files like all others, so that one writer keeps everything in step and
 * what people edit in them is merged and not overwritten. `outdir` is that private folder; `repository` is the repository's.
 */
export class WaMlProject extends NodeProject {
  readonly repository: string;
  readonly configuration: NormalisedConfiguration;
  readonly templates: TemplateSet;

  /** @throws ConfigurationError with every problem of the configuration at once. */
  constructor(options: WaMlProjectOptions = {}) {
    const root = resolve(options.root ?? '.');
    const text =
      options.configurationText ?? readFileSync(join(root, options.config ?? 'wa-ml.json'), 'utf8');
    const { normalised } = readConfiguration(text);
    const stage = makeStage();
    super({
      ...projectOptions(normalised, options.specifiers ?? packageSpecifiers(root)),
      outdir: stage,
    });
    this.repository = root;
    this.configuration = normalised;
    this.templates = options.templates ?? loadTemplates();
    addRepositoryFiles(this);
  }

  /**
   * Every file that we keep in the repository, projen's included.
   * @param schemas inferred schemas of people's own data, by model.
   */
  plan(schemas: Readonly<Record<string, InferredSchema>> = {}): PlannedFile[] {
    return planRepo(this.configuration, this.templates, schemas, this.renderRepositoryFiles());
  }

  /** Brings the repository in step and prints one line for each file that is not as it was. */
  override synth(): void {
    const outcome = keepInStep(this.repository, this.plan());
    process.stdout.write(formatReport(outcome));
    if (process.env['PROJEN_DISABLE_POST'] !== undefined) return;
    installDependencies(this.repository, outcome);
    lockPythonPackages(this.repository, outcome);
  }

  private renderRepositoryFiles(): PlannedFile[] {
    const before = process.env['PROJEN_DISABLE_POST'];
    process.env['PROJEN_DISABLE_POST'] = 'true';
    try {
      super.synth();
    } finally {
      if (before === undefined) delete process.env['PROJEN_DISABLE_POST'];
      else process.env['PROJEN_DISABLE_POST'] = before;
    }
    const files = readdirSync(this.outdir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.outdir.length + 1)
          .replaceAll('\\', '/'),
      )
      // projen seeds one; ours is a template.
      .filter((path) => path !== 'README.md');
    const planned = files.map((path): PlannedFile => {
      const file = join(this.outdir, path);
      const executable = (statSync(file).mode & 0o100) !== 0;
      const found = contentOf(readFileSync(file));
      // projen leaves the last line of its plain text files open; our own .editorconfig asks to close it.
      const content = typeof found === 'string' ? found.replace(/\n*$/, '\n') : found;
      return { path, owner: 'managed', content, ...(executable ? { executable } : {}) };
    });
    removeStage(this.outdir);
    return planned;
  }
}
