/** The criteria of a sweep, each with the figures by which it is decided. */
import { humanBytes, humanCount } from 'sawtooth/internal/runtime/report/units'
import { isDelayed, nameOf } from './cases.ts'
import type { Criterion } from './results.ts'
import type { Tally } from './statistics.ts'

/**
 * The criteria of a sweep.
 *
 * @param quickOn - the cores of the machine, for a quick sweep: it must show that Go's protocol
 * without a gate passes its goal by more than the gate's bound would allow. null for another sweep
 */
export function criteriaOf(tallies: readonly Tally[], quickOn: number | null): Criterion[] {
  const ours = tallies.filter(({ parameters }) => parameters.runtime === 'sawtooth')
  const gated = ours.filter(({ parameters }) => parameters.gate !== 'off')
  return [
    ...(quickOn === null ? [] : ours.filter(one => mustOverrun(one, quickOn)).map(overran)),
    ...(gated.length > 0 ? [kept(gated)] : []),
    ...(ours.length > 0 ? [rescued(ours)] : []),
  ]
}

/** On one P nobody allocates while the terminator is away. */
function mustOverrun({ parameters }: Tally, cores: number): boolean {
  const { termination, gate, credit, stackScans = 'owner', procs } = parameters
  const isGoLike =
    termination === 'coordinator' && gate === 'off' && credit === 'go' && stackScans === 'owner'
  return isGoLike && procs > 1 && isDelayed(parameters, cores)
}

function overran(tally: Tally): Criterion {
  const { parameters, largestRefill, cycles } = tally
  const { max } = tally.row(null).overrun
  return {
    says: `${nameOf(parameters)}: runs past its goal, by ${humanBytes(max)} in the worst of ${humanCount(cycles)} cycles; the largest request is ${humanBytes(largestRefill)}`,
    holds: cycles > 0 && max > largestRefill,
  }
}

function kept(gated: readonly Tally[]): Criterion {
  const cycles = gated.reduce((sum, { bounded }) => sum + bounded, 0)
  const [first, ...more] = gated
  const where =
    first !== undefined && more.length === 0
      ? nameOf(first.parameters)
      : `the ${gated.length} cases with a gate`
  const broken = gated.filter(({ breaches }) => breaches.length > 0)
  const said = broken.map(({ parameters, breaches }) => {
    const worst = breaches.reduce((one, other) => (other.beyond > one.beyond ? other : one))
    return `${nameOf(parameters)}: ${breaches.length} beyond it, by ${humanBytes(worst.beyond)} in cycle ${worst.cycle.n}`
  })
  const empty = gated
    .filter(({ cycles: counted }) => counted === 0)
    .map(({ parameters }) => `${nameOf(parameters)}: no cycle`)
  const faults = [...said, ...empty]
  return {
    says: `${where}: the bound is kept in each of ${humanCount(cycles)} cycles, cold ones too${faults.length === 0 ? '' : `; ${faults.join('; ')}`}`,
    holds: faults.length === 0,
  }
}

function rescued(ours: readonly Tally[]): Criterion {
  const rescues = ours.reduce((sum, tally) => sum + tally.rescues, 0)
  return { says: `no wait is ended by its safety net alone: ${rescues} were`, holds: rescues === 0 }
}
