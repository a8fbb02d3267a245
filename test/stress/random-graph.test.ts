import { expect, test } from 'vitest'
import { runCli } from '../support/run-cli.ts'

/** `SEED=n npm run test:stress` takes another seed. */
const firstSeed = Number(process.env.SEED ?? 1)
const cyclesWanted = Number(process.env.CYCLES ?? 10_000)

test(`${cyclesWanted} cycles of random graph mutation on 4 Ps lose nothing and leak nothing`, async () => {
  let cycles = 0
  let concurrent = 0
  for (let seed = firstSeed; cycles < cyclesWanted; seed++) {
    // Every other run collects all the time; the others as the pacer wants, with a small heap.
    const how = seed % 2 === 0 ? ['--zeal', '3,concurrent'] : ['--gogc', '5']
    const args = [
      'run',
      'test/stress/programs/random-graph.ts',
      '--procs',
      '4',
      ...how,
      '--',
      String(seed),
      '40000',
      '4',
    ]
    const result = await runCli(args, { env: { GODEBUG: 'gccheckmark=1' }, limitMs: 120_000 })
    expect(result.code, `seed ${seed}\n${result.stderr}`).toBe(0)
    expect(result.record?.rescues, `seed ${seed}`).toBe(0)
    cycles += result.record?.cycles.length ?? 0
    concurrent += result.record?.cycles.filter(cycle => cycle.markMs > 0).length ?? 0
  }
  console.log(`${cycles} cycles, ${concurrent} of them concurrent, from seed ${firstSeed}`)
})
