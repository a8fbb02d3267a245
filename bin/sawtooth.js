#!/usr/bin/env node

/** Commands of the lab, loaded when they are wanted: the runtime knows nothing of it. */
const lab = {
  overrun: async argv => (await import('../dist/lab/overrun/command-line.js')).main(argv),
  pacers: async argv => (await import('../dist/lab/pacers/command-line.js')).main(argv),
}

try {
  const { main } = await import('../dist/runtime/host/command-line.js')
  const { awaitCompilation } = await import('../dist/runtime/load/await-compilation.js')
  process.exitCode = await main(process.argv.slice(2), undefined, lab)
  await awaitCompilation()
} catch (error) {
  // Not even the code that would say so can be loaded.
  if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error
  process.stderr.write(`sawtooth: too many open files (${error.code}): ulimit -n\n`)
  process.exitCode = 3
}
