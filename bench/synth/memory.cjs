// Writes the largest resident memory of this process, in kibibytes, into $BENCH_MEMORY when it ends.
process.on('exit', () =>
  process
    .getBuiltinModule('node:fs')
    .writeFileSync(process.env.BENCH_MEMORY, String(process.resourceUsage().maxRSS)),
);
