// The memory that a host needs for a run does not grow with the run's cycles. The record of a
// million cycles is complete, though no string of V8 can hold it. CYCLES=100000 in front of the
// command runs fewer.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { MiB } from '../../memory/units.ts'
import type { CycleRecord, RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'

const CYCLES = Number(process.env.CYCLES ?? 1_000_000)
interface Told {
  readonly exit: number
  readonly cycleCount: number
  readonly kept: number
  readonly newest: number
  readonly early: { readonly heapUsed: number; readonly rss: number }
  readonly late: { readonly heapUsed: number; readonly rss: number }
}

test(`a run of ${CYCLES} cycles`, async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'record.json')
    const args = [threadsFile('programs/collects.ts'), String(CYCLES), json]
    const { answer } = await runHost<Told>(threadsFile('programs/host-million.ts'), args, {
      limitMs: 20 * HANG_MS,
    })
    const { early, late } = answer
    console.log(`heap ${early.heapUsed} → ${late.heapUsed} bytes, RSS ${early.rss} → ${late.rss}`)
    expect(answer).toMatchObject({ exit: 0, cycleCount: CYCLES, kept: 10_000, newest: CYCLES })
    // The newest 10,000 to twice as many are kept, a kilobyte or two each. All would be a gigabyte.
    expect(late.heapUsed - early.heapUsed).toBeLessThan(30 * MiB)
    expect(late.rss - early.rss).toBeLessThan(100 * MiB)

    let [n, rest, isInCycles] = [0, '', false]
    for await (const line of createInterface({ input: createReadStream(json) })) {
      if (isInCycles && line.startsWith('  {')) {
        const cycle = JSON.parse(line.replace(/,$/, '')) as CycleRecord
        expect(cycle.n).toBe(++n)
      } else rest += line
      if (line === ' "cycles": [') isInCycles = true
      if (line === ' ],') isInCycles = false
    }
    expect(n).toBe(CYCLES)
    expect(JSON.parse(rest) as RunRecord).toMatchObject({ exit: 0, cycles: [], cycleCount: CYCLES })
  })
})
