import type { Acknowledgement } from '../compliance-settings';
import type { Rule } from './rule';

/** What nobody can take back, and what it would keep. */
const lasting: Readonly<Partial<Record<Acknowledgement, string>>> = {
  'object-lock-compliance': 'audit records',
  'backup-vault-lock': 'backups',
};

/** Locks that nobody can take back are for production: elsewhere they only keep what should go with its stack. */
export const irreversible: Rule = {
  id: 'irreversible',
  check: ({ environments }) =>
    Object.values(environments)
      .filter(({ tier }) => tier !== 'production')
      .flatMap(({ name, tier, acknowledged }) =>
        acknowledged
          .filter((one) => one in lasting)
          .map((one) => ({
            path: ['environments', name, 'acknowledge'],
            what: `"${name}" is ${tier}, and "${one}" would lock its ${lasting[one]} for good.`,
            why: 'Security policy SEC-5: not even the root user or AWS can delete them before their time, and bucket, vault and account stay as long.',
            instead: `leave "${one}" out: outside of production a permission of its own opens the lock (governance mode)`,
          })),
      ),
};
