import { expect, test } from 'vitest'
import { entries } from '../../gc/pacer/registry.ts'
import { HANG_MS } from '../support/hang.ts'
import { runCli } from '../support/run-cli.ts'

/**
 * `SEED=n npm run test:stress` takes another seed, `CYCLES=n` other lengths, and `PACER=spec` only
 * one pacer instead of all built-in ones.
 */
const firstSeed = Number(process.env.SEED ?? 1)
const cyclesWanted = Number(process.env.CYCLES ?? 10_000)
const pacers = process.env.PACER === undefined ? Object.keys(entries) : [process.env.PACER]

test.each(pacers)(
  `${cyclesWanted} cycles of random graph mutation on 4 Ps lose nothing and leak nothing, under %s`,
  async pacer => {
    let cycles = 0
    let concurrent = 0
    for (let seed = firstSeed; cycles < cyclesWanted; seed++) {
      // Every other run collects all the time. The others collect when the pacer says so, with a
      // small heap.
      const how = seed % 2 === 0 ? ['--zeal', '3,concurrent'] : ['--gogc', '5']
      const program = ['test/stress/programs/random-graph.ts', '--', String(seed), '40000', '4']
      const result = await runCli(['run', '--procs', '4', '--pacer', pacer, ...how, ...program], {
        env: { GODEBUG: 'gccheckmark=1' },
        limitMs: 5 * HANG_MS,
      })
      expect(result.code, `seed ${seed}\n${result.stderr}`).toBe(0)
      expect(result.record?.rescues, `seed ${seed}`).toBe(0)
      cycles += result.record?.cycles.length ?? 0
      concurrent += result.record?.cycles.filter(cycle => cycle.markMs > 0).length ?? 0
    }
    console.log(
      `${pacer}: ${cycles} cycles, ${concurrent} of them concurrent, from seed ${firstSeed}`,
    )
  },
)
