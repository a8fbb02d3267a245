/**
 * Whether what a pacer answered is fit for use. Each check returns null, or a message that names
 * pacer, hook, field and value, with which the runtime ends the run. The checks stand between a
 * user's pacer and the heap, so they trust no type.
 */
import { type Goals, MAX_STATE_SLOTS, type Pacer, type Plan, type State } from './pacer.ts'

/** More scan work per byte than any heap holds: the answer of a division gone wrong. */
const MAX_ASSIST_RATIO = 2 ** 40
/** Above it numbers are no longer counts of bytes. */
const MAX_BYTES = Number.MAX_SAFE_INTEGER
const SIZE = 'a size in bytes, or Infinity'

/** Called at each refill, so it allocates nothing if all is well. */
export function checkRatio(pacer: Pacer, ratio: number): string | null {
  if (isBetween(ratio, 0, MAX_ASSIST_RATIO)) return null
  return complaint(
    pacer,
    'revise',
    'the assist ratio',
    ratio,
    'from 0 to 2^40 bytes of work per byte',
  )
}

export function checkPlan(pacer: Pacer, plan: Plan, procs: number): string | null {
  const { dedicatedWorkers, fractionalGoal } = plan
  if (!isBetween(dedicatedWorkers, 0, procs) || !Number.isInteger(dedicatedWorkers))
    return complaint(
      pacer,
      'startCycle',
      'dedicatedWorkers',
      dedicatedWorkers,
      `a whole number from 0 to ${procs}`,
    )
  if (!isBetween(fractionalGoal, 0, 1))
    return complaint(pacer, 'startCycle', 'fractionalGoal', fractionalGoal, 'from 0 to 1')
  return null
}

/** Called at each refill if the goals are live, so it allocates nothing if all is well. */
export function checkGoals(pacer: Pacer, goals: Goals): string | null {
  const { trigger, goal, hardGoal, committedGoal, sweepDistance } = goals
  if (!isSize(goal)) return complaint(pacer, 'goals', 'goal', goal, SIZE)
  if (!isSize(trigger)) return complaint(pacer, 'goals', 'trigger', trigger, SIZE)
  if (trigger > goal)
    return complaint(pacer, 'goals', 'trigger', trigger, `at most the goal, ${goal}`)
  if (!isSize(hardGoal)) return complaint(pacer, 'goals', 'hardGoal', hardGoal, SIZE)
  if (hardGoal < goal)
    return complaint(pacer, 'goals', 'hardGoal', hardGoal, `at least the goal, ${goal}`)
  if (!isSize(committedGoal)) return complaint(pacer, 'goals', 'committedGoal', committedGoal, SIZE)
  if (committedGoal > goal)
    return complaint(pacer, 'goals', 'committedGoal', committedGoal, `at most the goal, ${goal}`)
  if (!isBetween(sweepDistance, 0, MAX_BYTES))
    return complaint(pacer, 'goals', 'sweepDistance', sweepDistance, 'a size in bytes')
  return null
}

/**
 * Infinity is allowed, since a measurement may divide by 0. What follows from it is checked as an
 * answer.
 */
export function checkState(pacer: Pacer, hook: string, state: State): string | null {
  for (let slot = 0; slot < pacer.stateNames.length; slot++)
    if (Number.isNaN(state[slot]))
      return complaint(pacer, hook, `state.${pacer.stateNames[slot]}`, Number.NaN, 'a number')
  return null
}

/** Whether a module's default export is a pacer at all; `where` names the file. */
export function checkShape(value: unknown, where: string): string | null {
  const pacer = value as Partial<Record<keyof Pacer, unknown>> | null | undefined
  if (typeof pacer !== 'object' || pacer === null)
    return `${where}: its default export is not a pacer`
  for (const field of ['name', 'describe'] as const)
    if (typeof pacer[field] !== 'string') return `${where}: ${field} is not a string`
  for (const hook of ['init', 'startCycle', 'revise', 'endCycle', 'commit', 'goals'] as const)
    if (typeof pacer[hook] !== 'function') return `${where}: ${hook} is not a function`
  const names: unknown = pacer.stateNames
  if (
    !Array.isArray(names) ||
    names.length > MAX_STATE_SLOTS ||
    !names.every(name => typeof name === 'string')
  )
    return `${where}: stateNames is not a list of at most ${MAX_STATE_SLOTS} names`
  return null
}

function complaint(
  pacer: Pacer,
  hook: string,
  field: string,
  value: unknown,
  allowed: string,
): string {
  // An object's own text is the pacer's code.
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const shown = isObject ? 'an object' : String(value)
  return `pacer ${pacer.name}: ${hook} answered ${field} = ${shown}; it must be ${allowed}`
}

function isBetween(value: number, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high
}

function isSize(value: number): boolean {
  return isBetween(value, 0, MAX_BYTES) || value === Number.POSITIVE_INFINITY
}
