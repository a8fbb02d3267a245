/** The arguments of `sawtooth overrun go price`, and its help. */
import { parseArgs } from 'node:util'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { type Given, given, refuse, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { readArguments } from '../../read-arguments.ts'
import { listOf } from '../go-variants/options.ts'
import { VARIANT_NAMES, type VariantName } from '../go-variants/variants.ts'
import { FEWEST } from '../quantile-interval.ts'
import type { PriceOptions } from './measure.ts'
import { WORKLOAD_NAMES, type WorkloadName } from './workloads.ts'

export interface PriceCommandOptions extends PriceOptions {
  readonly help: boolean
  /** null: Go is looked for. */
  readonly goroot: string | null
  /** Absolute paths; null: not asked for. */
  readonly json: string | null
  readonly report: string | null
}

const PAIRS = 9
const MOST_PAIRS = 1000
const MOST_GOGC = 10_000
/** Those of the first workload, if neither GOGC nor a limit is asked for. */
const OTHER_GOGC = [10, 50, 400, 800]
const COMPARED = VARIANT_NAMES.filter(name => name !== 'base')

export const priceHelp = `What lines of ours in Go's own runtime cost: programs that do the same work in every run, built with Go 1.19 as it is and with
each variant (sawtooth overrun go --help), run in turn. A round is a run of base, of each variant, and of base again; every second
round is in the opposite order. The ratios of each round to its first base give a median and its 95 % interval. Base again against
base is the noise of the machine. With the defaults it takes about three minutes on two quiet cores.

Usage:
  sawtooth overrun go price [options]

Options:
  --variants NAME,…   some of ${COMPARED.join(', ')} (default: gate)
  --workloads NAME,…  gcbench (one goroutine allocates trees), binary-trees (a goroutine for each P does), lru (a cache for each P;
                      each operation is timed), requests (a server of two stages and its clients, with channels between; each
                      request is timed), documents (text is parsed into structures of pointers) (default: all)
  --procs N,…         GOMAXPROCS, 1 to ${MAX_PS} (default: 2)
  --gogc N,…          GOGC of each workload, 1 to ${MOST_GOGC}
  --memory-limit      each workload once more under a memory limit near what lives: a quarter above the most that a cycle marked,
                      and what the runtime has beside the heap, both of a run without a limit
                      (default of both: GOGC 100 for each workload; for the first ${OTHER_GOGC.join(', ')} too, and under a limit)
  --compared-gogc N   GOGC of the variants, where it is not that of base: a heap that keeps its goal is smaller, and with a higher
                      GOGC it is as large as base's
  --pairs N           rounds, ${FEWEST} to ${MOST_PAIRS} (default: ${PAIRS}; 40 tell some per cent on a quiet machine)
  --work SHARE        share of each workload's work, above 0 to 10 (default: 1, which is about half a second)
  --goroot DIR        Go 1.19, with its sources (default: of those on the PATH and under /usr/lib/go-*)
  --json FILE         write the results, with each run
  --report FILE       write a page in HTML
  --help              this text

There is no seed: Go schedules as the machine does. Time is the program's own, from its first step to its last; CPU is what the
program and the system for it took. A pause lasts from the order to stop the world until it runs again. Peak heap is the most that
lived or was allocated since when a mark ended. Time or CPU time costs if its whole interval lies more than 1 % above base, and above
that of base again; it saves if it lies below both in the same way.

Exit: 0 measured, 1 a build or run failed, 2 usage, or no Go 1.19 with sources (apt-get install golang-1.19 golang-1.19-src),
4 a file cannot be written, 130 after an interrupt.

Example:
  sawtooth overrun go price --variants gate,gate-when-idle --workloads gcbench,lru --gogc 100 --pairs 20 --report price.html
`

const OPTIONS = {
  variants: { type: 'string' },
  workloads: { type: 'string' },
  procs: { type: 'string' },
  gogc: { type: 'string' },
  'compared-gogc': { type: 'string' },
  'memory-limit': { type: 'boolean' },
  pairs: { type: 'string' },
  work: { type: 'string' },
  goroot: { type: 'string' },
  json: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Throws a UsageError that says what is allowed. */
export function parsePriceOptions(argv: readonly string[]): PriceCommandOptions {
  const { values } = readArguments('overrun go price', () =>
    parseArgs({ args: [...argv], options: OPTIONS }),
  )
  const json = outputFile(given('json', values.json))
  const report = outputFile(given('report', values.report))
  refuseOverwriting(namedPaths({ '--json': json, '--report': report }))
  const gogcs = listOf('gogc', values.gogc, one => wholeNumber(one, 1, MOST_GOGC))
  const compared = given('compared-gogc', values['compared-gogc'])
  const isLimited = values['memory-limit'] === true
  const asked = gogcs !== null || compared !== undefined || isLimited
  return {
    help: values.help === true,
    goroot: values.goroot ?? null,
    json,
    report,
    variants: listOf('variants', values.variants, variantOf) ?? ['gate'],
    workloads: listOf('workloads', values.workloads, workloadOf) ?? WORKLOAD_NAMES,
    procs: listOf('procs', values.procs, one => wholeNumber(one, 1, MAX_PS)) ?? [2],
    gogcs: gogcs ?? [100],
    comparedGogc: compared === undefined ? null : wholeNumber(compared, 1, MOST_GOGC),
    isLimited,
    ofFirst: asked ? { gogcs: [], isLimited: false } : { gogcs: OTHER_GOGC, isLimited: true },
    pairs: wholeNumber({ name: '--pairs', value: values.pairs ?? PAIRS }, FEWEST, MOST_PAIRS),
    work: workOf({ name: '--work', value: values.work ?? '1' }),
  }
}

function variantOf(from: Given): VariantName {
  return (
    COMPARED.find(name => name === from.value) ?? refuse(from, `a list of ${COMPARED.join(', ')}`)
  )
}

function workloadOf(from: Given): WorkloadName {
  return (
    WORKLOAD_NAMES.find(name => name === from.value) ??
    refuse(from, `a list of ${WORKLOAD_NAMES.join(', ')}`)
  )
}

function workOf(from: Given): number {
  const work = Number(from.value)
  if (/^\d*\.?\d+$/.test(String(from.value)) && work > 0 && work <= 10) return work
  return refuse(from, 'a number above 0, up to 10')
}
