import { join } from 'node:path';
import { createRepository } from '@wa-ml/project';
import { describe, expect, it } from 'vitest';
import { read, temporaryFolder, tree } from '../packages/project/test/repository';

const example = join(__dirname, '../examples/acme-ml');

describe('examples/acme-ml', () => {
  it('is what create makes of its wa-ml.json (write it anew with: node tools/examples.mjs)', () => {
    const directory = join(temporaryFolder(), 'acme-ml');
    createRepository({ directory, configurationText: read(example, 'wa-ml.json') });
    expect(tree(directory)).toEqual(tree(example));
  });
});
