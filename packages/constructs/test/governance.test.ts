import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = join(__dirname, '../../../templates/foundation/managed/governance');
const policies = readdirSync(folder).filter((name) => name.endsWith('.json'));
/** Characters of a service control policy; AWS Organizations counts what is stored, so without indentation. */
const maxCharacters = 5120;

describe('examples of service control policies', () => {
  it('are there, and each is told of', () => {
    expect(policies.length).toBeGreaterThanOrEqual(4);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const name of policies) expect(readme).toContain(`[${name}](${name})`);
  });

  it.each(policies)('%s fits, as it lies and not only when it is minified', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text.length).toBeLessThan(maxCharacters);
    expect(JSON.stringify(JSON.parse(text)).length).toBeLessThan(maxCharacters / 2);
  });

  it.each(policies)(
    '%s only denies: an SCP that allows would take everything else away',
    (name) => {
      const { Version, Statement } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      expect(Version).toBe('2012-10-17');
      const sids = Statement.map(({ Sid }: any) => Sid);
      expect(new Set(sids).size).toBe(sids.length);
      for (const statement of Statement) {
        expect(statement.Effect).toBe('Deny');
        expect(Object.keys(statement)).toEqual(expect.arrayContaining(['Sid', 'Resource']));
        // Principals are what an SCP is attached to; AWS refuses the element.
        expect(statement).not.toHaveProperty('Principal');
      }
    },
  );
});
