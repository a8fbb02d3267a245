/** The table of what caught which mutant, in Markdown. */
import type { Mutant } from './catalogue.ts'
import type { Verdict } from './checks.ts'

/** The verdicts on one mutant, in the order in which the checks ran. */
export interface Result {
  readonly mutant: string
  readonly verdicts: readonly { readonly check: string; readonly verdict: Verdict }[]
}

/**
 * A row for each mutant, then the mutants that no check caught. If enough checks were `tried` to
 * tell, the mutants that only one check caught are named too.
 */
export function table(
  mutants: readonly Mutant[],
  results: readonly Result[],
  tried: boolean,
): string {
  const rows = mutants.flatMap(mutant => {
    const result = results.find(({ mutant: name }) => name === mutant.name)
    return result === undefined ? [] : [row(mutant, result)]
  })
  const head = ['bug', 'what is broken', 'caught by', 'runs', 'seconds']
  const lines = [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`)
  return `${[...lines, '', ...sums(results, tried)].join('\n')}\n`
}

function row({ name, what }: Mutant, { verdicts }: Result): string[] {
  const caught = verdicts.filter(({ verdict }) => verdict.caught)
  const cells =
    caught.length === 0
      ? ['**nothing**', runsOf(verdicts), '']
      : [
          caught.map(({ check, verdict }) => `${check}: ${nameOf(verdict.by)}`).join('; '),
          caught.map(({ verdict }) => verdict.runs).join('; '),
          caught.map(({ verdict }) => verdict.seconds.toFixed(0)).join('; '),
        ]
  return [`\`${name}\``, what, ...cells]
}

/** The test without its folder and ending, the protocol, or what was found. */
function nameOf(by: string): string {
  return by.replace(/^(?:test test\/|protocol )/, '').replace(/\.test\.ts$/, '')
}

function runsOf(verdicts: Result['verdicts']): string {
  return verdicts.map(({ check, verdict }) => `${check} ${verdict.runs}`).join('; ')
}

function sums(results: readonly Result[], tried: boolean): string[] {
  const catchers = ({ verdicts }: Result): string[] =>
    verdicts.filter(({ verdict }) => verdict.caught).map(({ check }) => check)
  const alone = results.filter(result => catchers(result).length === 1)
  const none = results.filter(result => catchers(result).length === 0)
  return [
    `${results.length - none.length} of ${results.length} caught.`,
    ...(tried
      ? [
          `By one check alone: ${alone.map(one => `${one.mutant} (${catchers(one)})`).join(', ') || 'none'}.`,
        ]
      : []),
    ...slowest(results),
    ...(none.length === 0 ? [] : [`By none: ${none.map(({ mutant }) => mutant).join(', ')}.`]),
  ]
}

/** The mutant whose quickest check takes longest. */
function slowest(results: readonly Result[]): string[] {
  const soonest = results.flatMap(({ mutant, verdicts }) => {
    const seconds = verdicts.flatMap(({ verdict }) => (verdict.caught ? [verdict.seconds] : []))
    return seconds.length === 0 ? [] : [{ mutant, seconds: Math.min(...seconds) }]
  })
  if (soonest.length === 0) return []
  const { mutant, seconds } = soonest.reduce((one, other) =>
    other.seconds > one.seconds ? other : one,
  )
  return [`By its quickest check each within ${seconds.toFixed(1)} s (${mutant}).`]
}
