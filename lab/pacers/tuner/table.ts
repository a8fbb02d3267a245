/** The tables of `sawtooth pacers tune`. */
import { formatTable } from '../../table.ts'
import { percent } from '../league/table.ts'
import { FORMS, type Form } from './rules.ts'
import type { Judged, Tuning } from './tune.ts'

const COLUMNS: readonly (readonly [head: string, cell: (judged: Judged) => string])[] = [
  ['controller', ({ name }) => name],
  ['form', ({ constants }) => (constants.positional === 1 ? 'positional' : 'incremental')],
  ['K_p', ({ constants }) => constants.gain.toFixed(2)],
  ['T_i', ({ constants }) => timeOf(constants.integralTime)],
  ['T_d', ({ constants }) => timeOf(constants.derivativeTime)],
  ['rises in', ({ response }) => cyclesOf(response.risesIn)],
  ['settles in', ({ response }) => cyclesOf(response.settlesIn)],
  ['overshoot', ({ response }) => percent(response.overshoot)],
  ['off in noise', ({ response }) => percent(response.noise)],
  ['assists in noise', ({ response }) => percent(response.assistsInNoise)],
]

export const CONTROLLER_HEADS = COLUMNS.map(([head]) => head)

export function controllerRows(controllers: readonly Judged[]): string[][] {
  return controllers.map(judged => COLUMNS.map(([, cell]) => cell(judged)))
}

export const ULTIMATE_HEADS = ['form', 'K_u', 'T_u', 'gains tried']

export function ultimateRows({ ultimate }: Pick<Tuning, 'ultimate'>): string[][] {
  return (Object.keys(FORMS) as Form[]).map(form => {
    const found = ultimate[form]
    return found === null
      ? [form, 'none', '-', '-']
      : [form, found.gain.toFixed(3), found.period.toFixed(2), String(found.tried.length)]
  })
}

export function formatTuning(tuning: Tuning): string {
  return `${formatTable(ULTIMATE_HEADS, ultimateRows(tuning))}\n${formatTable(CONTROLLER_HEADS, controllerRows(tuning.controllers))}`
}

/** In cycles; 0 is none. */
function timeOf(cycles: number): string {
  return cycles === 0 ? '-' : cycles.toFixed(2)
}

function cyclesOf(cycles: number | null): string {
  return cycles === null ? 'never' : String(cycles)
}
