import { InputError } from '@wa-ml/config';
import { formatReleases, parseReleases } from '@wa-ml/ops';
import { describe, expect, it } from 'vitest';

const digest = `sha256:${'ab12'.repeat(16)}`;

describe('release files', () => {
  it('are sorted by model and read back', () => {
    const release = {
      modelPackageArn: 'a',
      image: 'b',
      imageDigest: digest,
      modelDataUrl: 's3://c',
      gitCommit: 'd',
      approvedBy: 'e',
    };
    const text = formatReleases({ z: release, a: release });
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['a', 'z']);
    expect(parseReleases(text, 'x')).toEqual({ a: release, z: release });
  });
  it.each(['', '[]', 'null', '<<<<<<<'])('refuse %j', (text) => {
    expect(() => parseReleases(text, 'releases/dev.json')).toThrow(InputError);
  });
});
