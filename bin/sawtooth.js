#!/usr/bin/env node

import { existsSync } from 'node:fs'

/**
 * Commands of the lab, a package that need not be installed. They are loaded when asked for: the
 * runtime knows nothing of the lab.
 */
const lab = {
  overrun: async argv => (await ofLab('overrun')).main(argv),
  pacers: async argv => (await ofLab('pacers')).main(argv),
}

async function ofLab(name) {
  const inClone = new URL(`../dist/lab/${name}/command-line.js`, import.meta.url)
  if (existsSync(inClone)) return import(inClone.href)
  try {
    return await import(`sawtooth-lab/${name}`)
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes("package 'sawtooth-lab'"))
      throw error
    const { UsageError } = await import('../dist/runtime/errors/usage-error.js')
    throw new UsageError(
      'this is a command of the lab, which is not installed: npm install sawtooth-lab',
    )
  }
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
