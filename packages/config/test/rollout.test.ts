import { effectiveRollout, jsonSchema, nearest } from '@wa-ml/config';
import { describe, expect, it } from 'vitest';

describe('effective rollout', () => {
  it('gives a canary of whole instances, at least 10 % and at most 50 % of the fleet', () => {
    for (let min = 2; min <= 100; min++) {
      const rollout = effectiveRollout({ rollout: 'canary', min });
      if (rollout.type !== 'canary') throw new Error(`no canary for ${min} instances`);
      expect(rollout.canaryPercent).toBeGreaterThanOrEqual(10);
      expect(rollout.canaryPercent).toBeLessThanOrEqual(50);
      expect((rollout.canaryPercent / 100) * min).toBeGreaterThanOrEqual(1);
    }
  });

  it('replaces a fleet of one all at once, and says why', () => {
    expect(effectiveRollout({ rollout: 'canary', min: 1 })).toMatchObject({
      type: 'all-at-once',
      reason: expect.stringContaining('one instance'),
    });
  });
});

describe('nearest', () => {
  it('guesses a misspelling and stays silent on a stranger', () => {
    expect(nearest('stagin', ['dev', 'staging', 'prod'])).toBe('staging');
    expect(nearest('kubernetes', ['dev', 'staging', 'prod'])).toBeUndefined();
  });
});

describe('the JSON Schema for editors', () => {
  it('describes every field that people can write', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, additionalProperties } = node as {
        properties?: Record<string, { description?: string }>;
        additionalProperties?: unknown;
      };
      for (const [name, property] of Object.entries(properties ?? {})) {
        if (!property.description && !('properties' in property))
          undescribed.push(`${path}.${name}`);
        visit(property, `${path}.${name}`);
      }
      visit(additionalProperties, `${path}.*`);
    };
    visit(jsonSchema(), '');
    expect(undescribed.filter((path) => !/(training|inference|endpoint)$/.test(path))).toEqual([]);
  });
});
