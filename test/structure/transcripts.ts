// The rule of figures for what a program printed: a block of the kind `text` with three times or
// more is a transcript. The section that it stands in names the machine: Node's version, the cores,
// and the number of Ps.
//
// Other figures (tables, prose) are left to review: a machine at the head of a page may stand for
// all of them.
import type { SourceFile } from './files.ts'

/** Fewer times may be a formula, or a constant of Go's. */
const FEWEST_TIMES = 3
const TIME = /\d\s?(?:ns|µs|ms|s)\b/g

/** What a section with a transcript says, and how it is recognised. */
const MACHINE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["Node's version", /\bNode v?\d+\.\d+|\bv\d+\.\d+\.\d+/],
  ['the cores', /\b(?:\d+|two|four) (?:cores|CPUs)\b|\b\d+ × /],
  ['the number of Ps', /\b\d+ P\b|--procs \d+|P = \d+/],
]

/** The sections of a page: a heading, and all until the next one. */
const sectionsOf = (text: string): string[] => {
  const sections: string[] = []
  let fence = false
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fence = !fence
    if (sections.length === 0 || (!fence && line.startsWith('#'))) sections.push('')
    sections[sections.length - 1] += `${line}\n`
  }
  return sections
}

const transcriptsIn = (section: string): string[] =>
  [...section.matchAll(/^```text\n([\s\S]*?)^```/gm)]
    .map(([, block]) => block as string)
    .filter(block => (block.match(TIME) ?? []).length >= FEWEST_TIMES)

/** One line for each thing that a section with a transcript does not say of the machine. */
export function unnamedMachines({ path, text }: SourceFile): string[] {
  return sectionsOf(text).flatMap(section => {
    if (transcriptsIn(section).length === 0) return []
    const heading = section.slice(0, section.indexOf('\n'))
    return MACHINE.filter(([, pattern]) => !pattern.test(section)).map(
      ([what]) => `${path}, '${heading}': a transcript without ${what}`,
    )
  })
}
