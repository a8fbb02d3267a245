/**
 * Runs programs one after the other in one process, each round with another seed, until a run goes
 * wrong or the last one has been made. The last line on standard output is the outcome, as JSON. It
 * is started in a mutant's tree, so it takes the host from there.
 *
 *   node [--conditions=controlled] dist/test/mutants/series.js '{ plan }'
 */
import { join } from 'node:path'
import { run } from '../../runtime/host/host.ts'
import type { RunFlags, RunOptions } from '../../runtime/options/configuration.ts'
import type { RunRecord } from '../../runtime/report/record.ts'

/** A run of a program. `SEED` among its arguments stands for the seed of the round. */
export interface Planned {
  /** From the root of the repository. */
  readonly program: string
  readonly options: RunFlags
}

export interface Plan {
  readonly repository: string
  readonly runs: readonly Planned[]
  readonly firstSeed: number
  /** How many runs to make in all. */
  readonly most: number
  /** A run that takes longer than this hangs, in ms. */
  readonly limitMs: number
}

/** How a series ended. */
export interface Outcome {
  readonly runs: number
  /** Null if nothing went wrong. */
  readonly failure: { readonly by: string; readonly evidence: string; readonly seed: number } | null
}

/** Output that nobody reads. */
const NOWHERE = { write: () => true } as unknown as NodeJS.WritableStream

async function runAll(plan: Plan): Promise<Outcome> {
  const { repository, runs, firstSeed, most, limitMs } = plan
  let done = 0
  for (let seed = firstSeed; ; seed++) {
    for (const { program, options } of runs) {
      if (done === most) return { runs: done, failure: null }
      const args = options.args?.map(arg => (arg === 'SEED' ? String(seed) : arg)) ?? []
      const signal = AbortSignal.timeout(limitMs)
      const given: RunOptions = { ...options, args, seed, signal, stdout: NOWHERE, stderr: NOWHERE }
      const record = await run(join(repository, program), given)
      done++
      const by = blame(record)
      if (by === null) continue
      const how = `${program} ${JSON.stringify({ ...options, args })}`
      const message =
        record.error?.message ?? `${record.rescues} waits were ended by their net alone`
      return {
        runs: done,
        failure: { by, evidence: `${message.split('\n')[0]} (${how}, seed ${seed})`, seed },
      }
    }
  }
}

/** The check that a run failed, or null. */
function blame({ error, rescues }: RunRecord): string | null {
  if (error === null) return rescues > 0 ? 'rescue' : null
  const { kind, message } = error
  if (/^checkmark/i.test(message)) return 'checkmark'
  if (/^verif(y|ier)/i.test(message)) return 'verifier'
  if (/^LivelockError/.test(message)) return 'livelock'
  if (/^StuckError/.test(message)) return 'stuck'
  if (kind === 'breach') return 'stale reference'
  if (kind === 'program') return 'model'
  if (kind === 'interrupted') return 'hang'
  if (kind === 'internal' && /InternalError/.test(message)) return 'assertion'
  return kind
}

const plan = JSON.parse(process.argv[2] ?? '{}') as Plan
process.stdout.write(`${JSON.stringify(await runAll(plan))}\n`)
process.exit()
