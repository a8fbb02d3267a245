// docs/seeds.md, read: its items, and the commands that they name.
import { readFileSync } from 'node:fs'

export interface Item {
  readonly number: string
  readonly state: string
  /** Where it is, and what shows it; or why not. */
  readonly says: string
}

export interface Command {
  /** As it stands on the page. */
  readonly text: string
  /** The environment before it. */
  readonly env: Readonly<Record<string, string>>
  /** `npm`, or a command of `sawtooth`. */
  readonly name: string
  readonly args: readonly string[]
}

/** The program of a `run` that names none. */
const PROGRAM = 'examples/gcbench.ts'

export const seedsPage = readFileSync('docs/seeds.md', 'utf8')

export function itemsOf(page: string): Item[] {
  return page
    .split(/\n(?=- )|\n\n/)
    .map(text => text.replaceAll(/\s+/g, ' ').trim())
    .flatMap(text => {
      const [, number, state, says = ''] =
        /^- \*\*([\d.]+)\*\* .+?\. _(\w+)_(?::? (.+)|\.)$/.exec(text) ?? []
      return number === undefined || state === undefined ? [] : [{ number, state, says }]
    })
}

/** What stands between marks of code. */
export const codeIn = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(match => match[1] ?? '')

/** The distinct commands of the items, in their order. */
export function commandsOf(items: readonly Item[]): Command[] {
  const texts = new Set(items.flatMap(({ says }) => codeIn(says)).filter(isCommand))
  return [...texts].map(text => {
    const words = text.split(' ')
    const assigned = words.findIndex(word => !/^[A-Z]+=/.test(word))
    const [name = '', ...args] = words.slice(assigned)
    const env = Object.fromEntries(
      words.slice(0, assigned).map(word => {
        const [key = '', ...value] = word.split('=')
        return [key, value.join('=')]
      }),
    )
    const isOfNone = name === 'run' && (args[0] ?? '--').startsWith('--')
    return { text, env, name, args: isOfNone ? [PROGRAM, ...args] : args }
  })
}

export const isCommand = (code: string): boolean =>
  /^(?:[A-Z]+=\S* )*(?:run|overrun|pacers|npm)(?: |$)/.test(code)

/** The arguments, with `file` in place of each F. A command with two of them gets two files. */
export function withFiles(args: readonly string[], file: string): [string[], files: string[]] {
  const files: string[] = []
  const given = args.map(arg => {
    if (arg !== 'F') return arg
    files.push(`${file}-${files.length}`)
    return files.at(-1) ?? ''
  })
  return [given, files]
}
