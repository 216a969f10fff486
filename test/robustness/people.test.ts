import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import type * as loading from '../../packages/project/src/load-templates';
import { describe, it, vi } from 'vitest';
import { deep, effort } from './effort';
import { changingTemplates, installed, modelNames, People, type Deed } from './people';

// Generators take the templates that are installed, which in a sequence are those of its last release.
vi.mock('../../packages/project/src/load-templates', async (load) => {
  const original = await load<typeof loading>();
  return { ...original, loadTemplates: () => installed.templates ?? original.loadTemplates() };
});

const pick = fc.nat(10_000);
const models = fc.constantFrom(...modelNames);
const templates = Object.keys(changingTemplates);
/** Where in a file: at its top, where every release changes something, or anywhere. */
const place = fc.oneof(fc.constant(0), fc.nat(10_000));

const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('edit' as const),
    owner: fc.constantFrom('managed' as const, 'seeded' as const),
    pick,
    place,
  }),
  fc.record({
    kind: fc.constantFrom('replace' as const, 'delete' as const, 'crlf' as const),
    pick,
    place,
  }),
  fc.record({
    kind: fc.constant('own' as const),
    path: fc.constantFrom(
      'notes.md',
      'models/churn/Dockerfile.training',
      'models/fraud/model.py',
      'models/fraud/notes.md',
      'infra/mine.ts',
    ),
  }),
  fc.record({
    kind: fc.constantFrom('add-model' as const, 'remove-model' as const),
    model: models,
  }),
  fc.record({ kind: fc.constant('rename-model' as const), model: models, to: models }),
  fc.record({
    kind: fc.constant('decide' as const),
    decision: fc.constantFrom('adopt' as const, 'resolve' as const, 'eject' as const),
    pick,
  }),
  fc.record({ kind: fc.constant('stopped' as const), after: fc.nat(12) }),
  fc.record({
    kind: fc.constant('release' as const),
    changes: fc.subarray(templates, { minLength: 1 }),
    drops: fc.option(fc.constantFrom(...templates.slice(3)), { nil: undefined, freq: 4 }),
  }),
  fc.record({ kind: fc.constant('upgrade' as const), seeded: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('projen' as const, 'commit' as const) }),
);

describe('whatever people do, in whatever order', () => {
  it(
    'nothing that they wrote is lost, what they deleted stays away, the rest is in step, and a second run changes nothing',
    { timeout: 1_800_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { minLength: 10, maxLength: 10 }), async (deeds) => {
          const people = new People();
          try {
            for (const one of deeds) await people.do(one);
            people.projen();
          } finally {
            rmSync(dirname(people.root), { recursive: true, force: true });
          }
        }),
        { ...effort({ usual: 25, deep: 300 }), endOnFailure: !deep },
      );
    },
  );
});
