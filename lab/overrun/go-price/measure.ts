/**
 * Measures what variants of Go's runtime cost. A round runs base, each variant, and base again.
 * Every second round is in the opposite order, so a load that grows is on no variant's side.
 */
import { remaining } from '../../progress.ts'
import type { Go } from '../go.ts'
import { Builds } from '../go-variants/builds.ts'
import type { Goroot } from '../go-variants/goroot.ts'
import type { VariantName } from '../go-variants/variants.ts'
import { limitNearWhatLives, type PriceRun, type PriceSituation, runWorkload } from './run.ts'
import type { WorkloadName } from './workloads.ts'

export interface PriceOptions {
  /** Without base, which is always measured. */
  readonly variants: readonly VariantName[]
  readonly workloads: readonly WorkloadName[]
  readonly procs: readonly number[]
  readonly gogcs: readonly number[]
  /** GOGC of the variants; null: that of base. */
  readonly comparedGogc: number | null
  /** Each workload under a memory limit too. */
  readonly isLimited: boolean
  /** What the first workload is run with beside that. */
  readonly ofFirst: { readonly gogcs: readonly number[]; readonly isLimited: boolean }
  /** At least FEWEST of quantile-interval.ts. */
  readonly pairs: number
  /** Share of each workload's work. */
  readonly work: number
}

/** A variant, or the second run of base in each round. */
export type Subject = VariantName | 'base again'

/** A situation, with each subject's run in each round. */
export interface PriceRuns {
  readonly situation: PriceSituation
  readonly runs: ReadonlyMap<Subject, readonly PriceRun[]>
}

/**
 * Copies Go, builds, and measures. Nothing is left of it, however it ends.
 *
 * @param progress - called with a short text of what is done now
 * @throws UsageError before anything is copied, if Go has not a place that a variant needs
 * @throws FailedRun for a build or a run that failed
 */
export async function measurePrice(
  goroot: Goroot,
  options: PriceOptions,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<PriceRuns[]> {
  const names: VariantName[] = ['base', ...options.variants]
  await using builds = await Builds.make(goroot, names, 'price', progress, signal)
  const base = builds.of('base')
  const subjects = new Map<Subject, Go>([...builds.programs, ['base again', base]])
  const plans = plansOf(options)
  const began = performance.now()
  const all: PriceRuns[] = []
  for (const [done, { isLimited, ...plan }] of plans.entries()) {
    const { workload, procs, gogc } = plan
    const what = `${workload}, ${procs} P, ${isLimited ? 'near a memory limit' : `GOGC ${gogc}`}`
    const left = done === 0 ? '' : remaining(began, done, plans.length)
    const memoryLimit = isLimited
      ? await limitNearWhatLives(base, workload, procs, options.work)
      : null
    const situation = { ...plan, memoryLimit }
    const runs = await inRounds(subjects, situation, options, (round, subject) =>
      progress(`${what}: round ${round} of ${options.pairs}, ${subject}${left}`),
    )
    all.push({ situation, runs })
  }
  return all
}

/** A situation whose memory limit is not known yet. */
interface Plan extends Omit<PriceSituation, 'memoryLimit'> {
  readonly isLimited: boolean
}

export function plansOf(options: PriceOptions): Plan[] {
  const { workloads, procs, gogcs, comparedGogc, isLimited, ofFirst } = options
  return workloads.flatMap((workload, index) =>
    procs.flatMap(p => {
      const isFirst = index === 0
      const plan = (gogc: number, isNear: boolean): Plan => ({
        ...{ workload, procs: p, gogc },
        comparedGogc: comparedGogc ?? gogc,
        isLimited: isNear,
      })
      return [
        ...[...gogcs, ...(isFirst ? ofFirst.gogcs : [])].map(gogc => plan(gogc, false)),
        ...(isLimited || (isFirst && ofFirst.isLimited) ? [plan(100, true)] : []),
      ]
    }),
  )
}

async function inRounds(
  subjects: ReadonlyMap<Subject, Go>,
  situation: PriceSituation,
  { pairs, work }: PriceOptions,
  progress: (round: number, subject: Subject) => void,
): Promise<ReadonlyMap<Subject, readonly PriceRun[]>> {
  const runs = new Map([...subjects.keys()].map((name): [Subject, PriceRun[]] => [name, []]))
  for (let round = 1; round <= pairs; round++) {
    const order = round % 2 === 1 ? [...subjects] : [...subjects].reverse()
    for (const [name, go] of order) {
      progress(round, name)
      const isBase = name === 'base' || name === 'base again'
      const gogc = isBase ? situation.gogc : situation.comparedGogc
      runs.get(name)?.push(await runWorkload(go, { ...situation, gogc }, work))
    }
  }
  return runs
}
