/**
 * What golang/go#14951 says and asks, as tables: which pacers are played over which scenarios, and
 * what is looked at.
 */
import { settingsOf } from 'sawtooth/internal/gc/pacer/registry'
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import { itemAt } from '../../indexed.ts'
import { MiB } from '../../units.ts'
import { leagueScenario } from '../input.ts'
import { globalsOf } from '../scenario.ts'
import { GLOBAL_FIELDS } from '../stepped/engine.ts'
import {
  booksOff,
  creditByRunway,
  creditShare,
  cyclesPerGiB,
  growthUsed,
  largest,
  lastEstimate,
  middle,
  middleOrNull,
  runwayUsed,
  scannedPerByte,
  spread,
  triggerPlace,
  whileMarking,
  withdrawnShare,
  withoutAssists,
} from './measures.ts'
import type { Cycle, Played, SoftGoalEngine, Task } from './play.ts'

/** Before the proposal; with a soft and a hard goal; and with a fifth of the CPU for workers. */
export const BAD = 'go1.5'
export const GOOD = 'go1.10:hard=1.05,target=0.25'
export const BEST = 'go1.10:hard=1.05,background=0.2,target=0.25'
const CURVE = 'go1.5:curve=1'

/** What is so in all tables. */
export const OF_ALL =
  'h is how much of the way from trigger to goal the heap grew while the cycle marked. Shares of the CPU are those while marking. First ratio is the assist ratio that the cycle began with, and no assists the share of the cycles in which no goroutine assisted. Figures are medians of the last twenty cycles.'

export interface Column {
  readonly head: string
  readonly digits: number
  /** null where the engine does not tell. */
  value(played: Played): number | null
}

export interface Question {
  readonly name: string
  readonly title: string
  /** What the reader should look for. */
  readonly says: string
  readonly tasks: readonly Task[]
  readonly columns: readonly Column[]
}

function tasksOf(
  engines: readonly SoftGoalEngine[],
  scenarios: readonly string[],
  pacers: readonly string[],
): Task[] {
  return engines.flatMap(engine =>
    scenarios.flatMap(scenario =>
      pacers.map(pacer => ({ pacer, scenario: `soft-goal/${scenario}`, engine })),
    ),
  )
}

const column = (head: string, digits: number, value: Column['value']): Column => ({
  ...{ head, digits, value },
})

const H = column('h', 3, middle(runwayUsed))
const CPU = column(
  'CPU',
  3,
  middle(({ utilization }) => utilization),
)
const USED = column('growth used', 3, middle(growthUsed))
const CYCLES = column('cycles/GiB', 1, cyclesPerGiB)
const SPREADS = [
  column('h, spread', 3, spread(runwayUsed)),
  column(
    'CPU, spread',
    3,
    spread(({ utilization }) => utilization),
  ),
]
const CREDIT = column('credit left', 3, middle(creditShare))

/** GOGC of a scenario, as a factor of growth: h_g. */
function goalGrowth(scenario: string): number {
  return globalsOf(leagueScenario(scenario, 1).scenario, GLOBAL_FIELDS).gcPercent / 100
}

/** h = 1/(1 + h_g): a steady heap whose assists take all of it for live ends its mark there. */
export const lawOfH = ({ scenario }: Task): number => 1 / (1 + goalGrowth(scenario))
/** u = u_g/h: at that h the controller is content with this share of the CPU. */
export const lawOfCpu = (task: Task): number =>
  (settingsOf(task.pacer).target ?? BACKGROUND_UTILIZATION) / lawOfH(task)

/** Cycles of the idle scenario, from 0: the last without idle time, and with; the first without. */
const [BUSY, IDLE, BUSY_AGAIN] = [95, 107, 108]
const at =
  (cycle: number, of: (cycle: Cycle) => number) =>
  ({ runs }: Played): number =>
    of(itemAt(itemAt(runs, 0), cycle))
const assists = ({ assists: share }: Cycle): number => share

/** Cycles from the end of the idle time until assists are again near what they were before. */
function cyclesOfRepair(played: Played): number {
  const before = at(BUSY, assists)(played)
  const later = itemAt(played.runs, 0).slice(BUSY_AGAIN)
  const found = later.findIndex(cycle => assists(cycle) < before + 0.05)
  return found === -1 ? later.length : found
}

const SIZES = (['marked', 'postMarked', 'preMarked', 'live', 'truth'] as const).map(name =>
  column(
    {
      marked: 'm',
      postMarked: 'post-marked',
      preMarked: 'pre-marked',
      live: 'estimate',
      truth: 'lives',
    }[name],
    2,
    played => lastEstimate(played)[name] / MiB,
  ),
)

export const questions: readonly Question[] = [
  {
    name: 'evolution',
    title: 'Bad, good, best',
    says: 'Bad is go1.5. Good has a soft and a hard goal. Best plans a fifth of the CPU for workers too, so that assists have a twentieth. The middle and the spread (interquartile range) of the cycles; meant are h = 1 and a quarter of the CPU.',
    tasks: tasksOf(['stepped', 'noisy', 'real'], ['gogc-100'], [BAD, GOOD, BEST]),
    columns: [H, itemAt(SPREADS, 0), CPU, itemAt(SPREADS, 1)],
  },
  {
    name: 'law',
    title: 'The law h = 100/(100 + GOGC)',
    says: 'A steady heap whose assists expect all of it to be live ends its mark at that h. There the controller is content with a quarter of the CPU over h, as far as there is that much, and the trigger is below its limit of 0.95.',
    tasks: [
      ...tasksOf(
        ['stepped'],
        [25, 50, 100, 200, 400, 800].map(gogc => `gogc-${gogc}`),
        [BAD],
      ),
      ...tasksOf(
        ['real'],
        [25, 50, 100, 200, 400].map(gogc => `gogc-${gogc}`),
        [BAD],
      ),
    ],
    columns: [
      column('law of h', 3, lawOfH),
      H,
      column('law of CPU', 3, lawOfCpu),
      CPU,
      column('trigger', 3, middle(triggerPlace)),
    ],
  },
  {
    name: 'alternatives',
    title: 'The proposal and its alternatives',
    says: 'Growth used is that of the heap, as a share of what GOGC allows. Scanned is bytes for each byte allocated: the price of collecting. Marking is the share of the allocation that comes while a cycle marks, with the barrier on.',
    tasks: [
      ...tasksOf(['stepped'], ['gogc-100', 'fast-gogc-100'], alternatives()),
      ...tasksOf(['real'], ['gogc-100'], alternatives()),
    ],
    columns: [
      ...[H, CPU, USED, CYCLES],
      column('scanned', 3, scannedPerByte),
      column(
        'peak/live',
        2,
        middle(({ peak, live }) => peak / Math.max(live, 1)),
      ),
      column('marking', 3, middle(whileMarking)),
      column(
        'first ratio',
        2,
        middleOrNull(({ firstRatio }) => firstRatio),
      ),
      column('most assists', 3, largest(assists)),
    ],
  },
  {
    name: 'large-gogc',
    title: 'The adjusted curve with a large GOGC',
    says: 'The proposal says that the adjusted curve runs more cycles, and may defeat the purpose of a large GOGC.',
    tasks: tasksOf(['stepped'], ['gogc-400', 'gogc-800', 'fast-gogc-400'], [BAD, CURVE, GOOD]),
    columns: [H, CPU, USED, CYCLES, column('scanned', 3, scannedPerByte)],
  },
  {
    name: 'floating',
    title: 'Floating garbage: the four formulas in one cycle, in MiB',
    says: 'Marked is m; post-marked is what of it was there before the trigger, and its share of the trigger is taken for the live share of what was allocated black, which is pre-marked. The sum is the estimate. In the simulator all that was allocated black is garbage, so post-marked is what lives.',
    tasks: tasksOf(['stepped'], ['gogc-100', 'fast-gogc-100'], [GOOD, `${GOOD},floating=1`]),
    columns: [...SIZES, column('share', 3, played => lastEstimate(played).share)],
  },
  {
    name: 'credit',
    title: 'Work credit as a signal',
    says: 'Credit left and credit withdrawn are shares of the work done. By 1 − h is the correlation of the credit left with 1 − h, over the cycles with credit: near 1 it tells the controller nothing that h does not. Books off is how far the credit withdrawn is from h less the share of the work that assists did: near 0 withdrawals tell nothing that h and the assists do not.',
    tasks: [
      ...tasksOf(
        ['noisy'],
        ['gogc-100', 'gogc-800', 'fast-gogc-100'],
        [GOOD, `${GOOD},credit=1`, BEST],
      ),
      ...tasksOf(['real'], ['gogc-100', 'fast-gogc-100'], [GOOD, BEST]),
    ],
    columns: [
      ...[H, itemAt(SPREADS, 0), CPU, itemAt(SPREADS, 1)],
      column('no assists', 3, withoutAssists),
      CREDIT,
      column('by 1 − h', 3, creditByRunway),
      column('withdrawn', 3, middle(withdrawnShare)),
      column('books off', 3, middle(booksOff)),
    ],
  },
  {
    name: 'idle',
    title: 'Idle time that comes and goes',
    says: 'Where the trigger lies between marked heap and goal, before and at the end of twelve cycles with half of the CPU idle; the share of the CPU that assists take in the first cycle after, and how many cycles it takes them to come back to within 0.05 of what they were.',
    tasks: tasksOf(
      ['stepped'],
      ['idle-comes-and-goes'],
      [BAD, 'go1.10', 'go1.10:idle=1', 'go1.14', 'go1.14:idle=1', 'redesign', 'go1.19', 'go1.21'],
    ),
    columns: [
      column('trigger, busy', 3, at(BUSY, triggerPlace)),
      column('trigger, idle', 3, at(IDLE, triggerPlace)),
      column('assists, busy', 3, at(BUSY, assists)),
      column('assists, after', 3, at(BUSY_AGAIN, assists)),
      column('cycles of repair', 0, cyclesOfRepair),
    ],
  },
]

function alternatives(): string[] {
  return [
    ...[BAD, CURVE, GOOD, BEST],
    ...['assist=2', 'floating=1', 'credit=1', 'idle=1'].map(setting => `${GOOD},${setting}`),
  ]
}
