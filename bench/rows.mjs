import { cpus, totalmem } from 'node:os';

/** The machine that a table was measured on. */
export const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** The middle of some figures. */
export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * One row of a table: ours beside a peer.
 * @param goal the highest ratio (ours / peer) that was aimed at, or undefined where there is only a figure to show.
 * @param higherIsBetter then the goal is the lowest ratio. Default: false.
 */
export function row({ bench, work, unit, us, peer, peerName, goal, higherIsBetter = false }) {
  const ratio = peer === undefined ? undefined : us / peer;
  const met = higherIsBetter ? (ratio ?? us) >= goal : (ratio ?? us) <= goal;
  return {
    bench,
    work,
    unit,
    us,
    peer,
    peerName,
    ratio,
    goal,
    ...(higherIsBetter && { higherIsBetter }),
    met: goal === undefined ? undefined : met,
    machine,
  };
}

/** Runs several works in turn, round by round, so that what else the machine does hits all of them alike. */
export async function interleave(works, rounds) {
  const times = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const since = performance.now();
      await work(round);
      times[index].push(performance.now() - since);
    }
  }
  return times.map(median);
}

const goalOf = ({ goal, higherIsBetter }) =>
  goal === undefined ? '' : `${higherIsBetter ? 'at least ' : ''}${goal}`;

export function format(rows) {
  const number = (value) =>
    value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  const lines = rows.map(
    (one) =>
      `| ${one.work} | ${number(one.us)} ${one.unit} | ${one.peerName ?? ''} | ${number(one.peer)} | ${number(one.ratio)} | ${goalOf(one)} | ${one.met === undefined ? '' : one.met ? 'yes' : 'NO'} |`,
  );
  return [
    '| work | ours | peer | peer | ratio | goal | met |',
    '|-|-|-|-|-|-|-|',
    ...lines,
    '',
    `Machine: ${machine}`,
    '',
  ].join('\n');
}
