#!/usr/bin/env node
import { awaitCompilation } from '../dist/runtime/await-compilation.js'
import { main } from '../dist/runtime/command-line.js'

/** Commands of the lab, loaded when they are wanted: the runtime knows nothing of it. */
const lab = {
  overrun: async argv => (await import('../dist/lab/overrun/command-line.js')).main(argv),
  pacers: async argv => (await import('../dist/lab/pacers/command-line.js')).main(argv),
}

process.exitCode = await main(process.argv.slice(2), undefined, lab)
await awaitCompilation()
