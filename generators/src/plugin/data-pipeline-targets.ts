import { versions } from '@wa-ml/blueprint';
import type { ProjectConfiguration } from '@nx/devkit';

const root = 'pipelines/data';
/** What the tests and checks run with; the jobs themselves run on what Glue brings. */
const packages = (['mypy', 'pyspark', 'pytest', 'ruff', 'scikit-learn'] as const)
  .map((name) => `--with ${name}==${versions.python[name]}`)
  .join(' ');
const run = (command: string) =>
  `wa-ml uv run --no-project --python ${versions.tools.python} ${packages} ${command}`;

/** The jobs of the data pipeline: test runs them on a Spark of this machine, which needs Java 17. */
export function dataPipelineProject(): ProjectConfiguration & { name: string } {
  const inputs = ['{projectRoot}/**/*', '!{projectRoot}/**/__pycache__/**/*'];
  return {
    name: 'data-pipeline',
    root,
    projectType: 'application',
    tags: ['type:data'],
    targets: {
      test: {
        executor: 'nx:run-commands',
        options: { command: run('python -m pytest'), cwd: root },
        cache: true,
        inputs,
      },
      lint: {
        executor: 'nx:run-commands',
        options: {
          commands: [run('ruff check .'), run('ruff format --check .'), run('mypy')],
          cwd: root,
          parallel: false,
        },
        cache: true,
        inputs,
      },
    },
  };
}
