import type { NormalisedEnvironment } from '../normalise';
import type { Problem } from '../problems';
import type { Rule } from './rule';

type Found = Omit<Problem, 'rule'>;

/** Reliability policy REL-5: where the copies go, and that a critical production environment has some. */
export const recoveryRegion: Rule = {
  id: 'recovery-region',
  check: ({ environments }) =>
    Object.values(environments).flatMap((environment) => [
      ...missing(environment),
      ...same(environment),
      ...outsideOfTheUnion(environment),
    ]),
};

function missing(environment: NormalisedEnvironment): Found[] {
  const { name, tier, critical, recoveryRegion, acknowledged } = environment;
  if (tier !== 'production' || !critical || recoveryRegion || acknowledged.includes('one-region'))
    return [];
  return [
    {
      path: ['environments', name, 'recoveryRegion'],
      what: `"${name}" is critical and lives in one region only.`,
      why: 'Reliability policy REL-5: a critical environment is back within an hour and loses less than 15 minutes of data, also when its region is lost; only a copy elsewhere can do that.',
      instead:
        'another region, e.g. "recoveryRegion": "eu-central-1"; or "acknowledge": ["one-region"] if the loss of the region may end it',
    },
  ];
}

function same({ name, region, recoveryRegion }: NormalisedEnvironment): Found[] {
  if (recoveryRegion !== region) return [];
  return [
    {
      path: ['environments', name, 'recoveryRegion'],
      what: `"${name}" would be copied to ${region}, where it is.`,
      why: 'A copy in the same region is lost with it.',
      instead: 'another region, or leave it out',
    },
  ];
}

/** Codes of the regions in the European Union, and of those that the Commission holds to be as safe (UK, Switzerland). */
const isEuropean = (region: string): boolean => region.startsWith('eu-');

function outsideOfTheUnion(environment: NormalisedEnvironment): Found[] {
  const { name, region, recoveryRegion, compliance } = environment;
  if (!compliance.includes('gdpr') || !recoveryRegion) return [];
  if (!isEuropean(region) || isEuropean(recoveryRegion)) return [];
  return [
    {
      path: ['environments', name, 'recoveryRegion'],
      what: `"${name}" would copy personal data from ${region} to ${recoveryRegion}.`,
      why: 'GDPR, chapter V: a transfer out of the European Union needs grounds of its own.',
      instead: 'a region whose code begins with eu-',
    },
  ];
}
