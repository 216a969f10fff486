#!/usr/bin/env node
import { main } from './main';

// Whoever reads our output may stop (`| head`), and a terminal may be closed: what is begun is still finished or taken back.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
