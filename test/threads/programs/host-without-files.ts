// A host that may open no more files, or only a few. Prints how its runs end. The argument is a
// program.
import { closeSync, openSync } from 'node:fs'
import { run } from 'sawtooth/host'

const [program = ''] = process.argv.slice(2)
const silent = { write: () => true } as unknown as NodeJS.WritableStream
const descriptors: number[] = []

/** Opens files until the process may open only `free` more. */
function leave(free: number): void {
  try {
    for (;;) descriptors.push(openSync(program, 'r'))
  } catch {
    for (const descriptor of descriptors.splice(-free, free)) closeSync(descriptor)
  }
}

// None at the end: what a run leaves behind then is removed only when this process ends.
const ended: { free: number; how: string }[] = []
for (const free of [8, 5, 3, 2, 1, 0]) {
  leave(free)
  try {
    const { exit, error } = await run(program, { procs: 4, stdout: silent, stderr: silent })
    ended.push({ free, how: `record: ${exit} ${error?.kind} ${error?.message}` })
  } catch (error) {
    const { name, message } = error as Error
    ended.push({ free, how: `${name}: ${message}` })
  }
}
for (const descriptor of descriptors.splice(0)) closeSync(descriptor)
console.log(JSON.stringify(ended))
process.exit()
