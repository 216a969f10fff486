import { execFileSync } from 'node:child_process';
import { acknowledgeOneRegion, buildModelTakesData } from '@wa-ml/project';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';

const path = 'models/churn/model.py';

/** What the migration makes of one model.py. */
function migrated(text: string): { text: string; left: readonly string[] } {
  const files = new Map([
    ['wa-ml.json', '{ "models": { "churn": {} } }'],
    [path, text],
  ]);
  const left = buildModelTakesData.migrate({
    read: (one) => files.get(one),
    write: (one, after) => files.set(one, after),
  });
  return { text: files.get(path)!, left };
}

const head = 'from ml_runtime.training.tabular import TabularEncoder\n\n\n';
/** Layouts that people's formatters and people themselves give it. */
const layouts: Readonly<Record<string, string>> = {
  'as it was seeded': `${head}def build_model(
    encoder: TabularEncoder, outputs: int, hyperparameters: Hyperparameters
) -> nn.Module:
    """Return the untrained network."""
    return TabularNetwork(encoder, outputs, hyperparameters)
`,
  'on one line, without documentation': `${head}def build_model(encoder: TabularEncoder, outputs: int, settings: Hyperparameters):
    net = Deep(encoder)
    return net
`,
  'one parameter a line, with comments': `from ml_runtime.training.tabular import TabularEncoder, other  # noqa


def build_model(
    encoder: TabularEncoder,
    outputs: int,  # logits
    hyperparameters: Hyperparameters,
) -> nn.Module:  # ours
    '''Two lines,
    of documentation.
    '''

    # our own
    if outputs > 2:
        return Wide(encoder, "$& $1")
    return Deep(encoder)
`,
};

describe('build_model gets the train split', () => {
  it.each(Object.entries(layouts))('%s', (_title, before) => {
    const { text, left } = migrated(before);
    expect(left).toEqual([]);
    expect(text).toMatch(/def build_model\(\s*data: TrainingData,/);
    expect(text.match(/encoder = TabularEncoder\(data\.features, data\.described\)/g)).toHaveLength(
      1,
    );
    expect(text.match(/import TrainingData$/gm)).toHaveLength(1);
    // Every other line is as it was, and in its place.
    const added = /^ {4}encoder = .*\n|^from .* import TrainingData\n/gm;
    expect(
      text.replaceAll(added, '').replace('data: TrainingData', 'encoder: TabularEncoder'),
    ).toBe(before);
    expect(migrated(text)).toEqual({ text, left: [] });
    // It is Python, and what it makes is the first thing that it does.
    const names = execFileSync(
      'python3',
      [
        '-c',
        'import ast, sys\nf = [n for n in ast.parse(sys.stdin.read()).body if isinstance(n, ast.FunctionDef)][0]\nbody = f.body[1:] if ast.get_docstring(f) else f.body\nprint(f.args.args[0].arg, body[0].targets[0].id)',
      ],
      { input: text, encoding: 'utf8' },
    );
    expect(names.trim()).toBe('data encoder');
  });

  it.each([
    'def build_model(encoder, outputs, hyperparameters):\n    return None\n',
    `${head}def build_model(encoder: TabularEncoder, outputs: int = f(1)): return None\n`,
    'build_model = factory(TabularEncoder)\n',
  ])('leaves to the people what it does not understand: %j', (before) => {
    const { text, left } = migrated(before);
    expect(text).toBe(before);
    expect(left).toHaveLength(1);
    expect(left[0]).toContain(path);
  });

  it('leaves alone a model that has none', () => {
    expect(migrated('x = 1\n')).toEqual({ text: 'x = 1\n', left: [] });
  });
});

describe('critical production environments say that they live in one region', () => {
  const said = (text: string) => {
    const files = new Map([['wa-ml.json', text]]);
    const left = acknowledgeOneRegion.migrate({
      read: (one) => files.get(one),
      write: (one, after) => files.set(one, after),
    });
    return { text: files.get('wa-ml.json')!, left };
  };
  const prod = (more: string) =>
    `{\n  "environments": {\n    "live": {\n      "tier": "production",\n      "critical": true // the shop\n      ${more}\n    }\n  }\n}\n`;

  it('and keep their comments; people are told', () => {
    const { text, left } = said(prod(''));
    expect(parse(text).environments.live.acknowledge).toEqual(['one-region']);
    expect(text).toContain('// the shop');
    expect(left).toEqual([expect.stringContaining('"live" is critical')]);
    expect(said(text)).toEqual({ text, left: [] });
  });

  it('but not where a region is named, nor outside of production, nor in what is no JSON', () => {
    for (const text of [
      prod(', "recoveryRegion": "eu-central-1"'),
      prod('').replace('production', 'staging'),
      '{ "environments": ',
      '',
    ])
      expect(said(text)).toEqual({ text, left: [] });
  });
});
