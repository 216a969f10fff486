// Open loop: the maximum that the load test finds, and the spread of latencies at half of it.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { environment } from '../../tools/python.mjs';
import { root, run, step } from '../../tools/steps.mjs';
import { row } from '../rows.mjs';

const python = join(environment, 'bin/python');

/** Most that p99 may be of p50 at half of the maximum. */
const spread = 3;

/**
 * @param url of our server with one worker on the first core; the client gets the last core.
 * @param ml the folder that stands for /opt/ml: its test channel is sent.
 */
export async function halfLoad(url, ml, quick) {
  const report = await step('Searching for the maximum by the load test', async () =>
    JSON.parse(
      await run(
        'taskset',
        [
          ...['-c', `${cpus().length - 1}`, python, '-m', 'ml_runtime', 'loadtest', '--json'],
          ...['--root', ml, '--url', url, '--clients', '1', '--duration', quick ? '1' : '5'],
        ],
        { cwd: root },
      ),
    ),
  );
  const { maxRps, atHalf, clientBound } = report;
  const floorArguments = [join(root, 'bench/serving/floor.py'), `${maxRps / 2}`, quick ? '1' : '5'];
  const floor = atHalf && JSON.parse(await run(python, floorArguments));
  const bench = 'serving';
  const whose = clientBound ? ' (the client was the limit)' : '';
  return [
    row({
      bench,
      work: `loadtest: highest rate with p99 < 500 ms${whose}`,
      unit: 'requests/s',
      us: maxRps,
      higherIsBetter: true,
    }),
    ...(atHalf
      ? [
          row({
            bench,
            work: `loadtest: p99 at half of it, beside p50`,
            unit: 'ms',
            us: atHalf.p99,
            peer: atHalf.p50,
            peerName: 'p50',
            goal: spread,
          }),
          row({
            bench,
            work: 'the same rate, a server that does nothing: p99, beside p50',
            unit: 'ms',
            us: floor.p99,
            peer: floor.p50,
            peerName: 'p50',
          }),
        ]
      : []),
  ];
}
