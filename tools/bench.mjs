// npm run bench -- [name] [--json FILE] [--quick] [--only GROUPS]: every benchmark of bench/, or one; each beside real peers in the same run.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from '../bench/rows.mjs';
import { installNodePackages, root } from './steps.mjs';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean' },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
  allowPositionals: true,
});
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.mjs') && file !== 'rows.mjs')
  .map((file) => file.slice(0, -'.mjs'.length));
const unknown = positionals.filter((name) => !names.includes(name));
if (values.help || unknown.length > 0) {
  process.stdout.write(
    `Usage: npm run bench -- [name] [--json FILE] [--quick] [--only GROUP,...]\nNames: ${names.join(', ')}\n`,
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}
await installNodePackages();
const rows = [];
for (const name of positionals.length > 0 ? positionals : names)
  rows.push(...(await (await import(join(root, 'bench', `${name}.mjs`))).bench(values)));
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
process.stdout.write(format(rows));
