// A process beside the measured one (instances.ts): runs the program of the sweep with the flags
// that it is sent, says `ready` once its goroutines allocate, and ends the run when the other
// process goes.
import { run } from 'sawtooth/host'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import type { RunFlags } from 'sawtooth/internal/runtime/options/configuration'
import { labFile } from '../package-files.ts'
import { listener, silent } from '../run.ts'

const over = new AbortController()
process.once('disconnect', () => over.abort())
process.once('message', flags => {
  void interruptible(async interrupted => {
    const { exit, error } = await run(labFile('overrun/programs/alloc-only.ts'), {
      ...(flags as RunFlags),
      signal: AbortSignal.any([interrupted, over.signal]),
      stdout: listener(text => {
        if (text.includes('allocators run')) process.stderr.write('ready\n')
      }),
      stderr: silent(),
    })
    if (over.signal.aborted) return
    process.stderr.write(`${printable(error?.message ?? 'its time is over')}\n`)
    process.exitCode = exit
    process.disconnect?.()
  })
})
