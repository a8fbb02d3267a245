// The rule of shared words, whose declarations are memory/words/:
//   1. Numbers ascend within a table of words.
//   2. Each word has its biography: a comment of its own, or that of the group it stands in.
//   3. Each word is both written and read outside of its declaration.
//
// Rule 3 follows a word by name: where it is an index in an access, or an argument of an operation that
// reads or writes. Where its index is kept in a field, a variable or a list, all that is done with that
// counts. A word that is handed on in another way counts as both: the rule finds words that are dead, and
// no others.
import type { SourceFile } from './files.ts'

/** What declares no word: sizes, values, and offsets in a record that is reached by another name. */
const NO_WORD =
  /^(?:WORDS|DOUBLES|NO_BYTES|IDLE_COUNT|IDLE_LEFT|SWEEP_DRAINED|SPAN_CLASSES|PLACE_COUNT|OVERRUN_PARTS|PAUSE_RING|MAX_FAULT_POINTS|ARGUMENTS_MAX|FREE|WHITE|GREY_MARK|BLACK|\w+_(?:WORDS|DOUBLES|COUNT|PAIRS|SLOTS)|(?:PHASE|RUN|POLL|STATUS|ROLE|ACTIVITY|G|WAIT|QUARANTINE)_(?!STATE|OPEN|QUEUE|STARTED|WANTED)\w+)$/
/** These have such a name, and are words. */
const WORD =
  /^(?:GLOBAL_WORDS|GLOBAL_SLOTS|WORK_FULL_COUNT|ASSIST_COUNT|RUN_QUEUE_COUNT|BARRIER_COUNT)$/

interface Declared {
  readonly name: string
  readonly value: string
  readonly hasBiography: boolean
}

/** The exported constants of a file of words, in their order. */
function declared(text: string): Declared[] {
  const found: Declared[] = []
  let hasBiography = false
  for (const line of text.split('\n')) {
    const [, name, value] = /^export const ([A-Z0-9_]+) = (.*)$/.exec(line) ?? []
    if (name !== undefined) found.push({ name, value: value as string, hasBiography })
    else hasBiography = /\*\/\s*$/.test(line) || /^\/\/ (?!—)/.test(line)
  }
  return found
}

const isWord = ({ name }: Declared): boolean => WORD.test(name) || !NO_WORD.test(name)

/** One line for each breach; `users` are the files that access words. */
export function wordViolations(
  tables: readonly SourceFile[],
  users: readonly SourceFile[],
): string[] {
  const texts = users.map(({ text }) =>
    text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|^import [^;'"]*? from .*$/gm, ''),
  )
  return tables.flatMap(table => {
    const all = declared(table.text)
    const faults: string[] = []
    let last = -1
    for (const { name, value, hasBiography } of all) {
      if (!hasBiography && isWord({ name, value, hasBiography }))
        faults.push(`${table.path}: ${name} has no biography`)
      if (!/^\d+$/.test(value)) continue
      // A new table begins at 0.
      if (Number(value) !== 0 && isWord({ name, value, hasBiography })) {
        if (Number(value) <= last) faults.push(`${table.path}: ${name} is out of order`)
      }
      if (isWord({ name, value, hasBiography })) last = Number(value)
    }
    for (const word of all.filter(isWord)) {
      const { isRead, isWritten } = usesOf(word.name, texts)
      if (!isRead) faults.push(`${table.path}: ${word.name} is never read`)
      if (!isWritten) faults.push(`${table.path}: ${word.name} is never written`)
    }
    return faults
  })
}

interface Uses {
  isRead: boolean
  isWritten: boolean
}

const WRITES = /^(?:store|exchange|put|set|fill)$/
const BOTH = /^(?:add|sub|or|and|compareAndSwap|lock|unlock|tryLock)$/
const READS = /^(?:load|wait|get|sum|notify)$/

function usesOf(name: string, texts: readonly string[]): Uses {
  const uses: Uses = { isRead: false, isWritten: false }
  for (const text of texts) follow(new RegExp(`\\b${name}\\b`, 'g'), text, uses, 2)
  return uses
}

/** Notes what is done with an index that is named so; `depth`: how often it may be given another name. */
function follow(name: RegExp, text: string, uses: Uses, depth: number): void {
  for (const { index } of text.matchAll(name)) {
    const line = statementAround(text, index)
    const at = index - line.start
    const [, alias] =
      /^\s*(?:(?:const|let|private|readonly)\s+)*((?:this\.)?\w+)(?:: [\w[\] ]+)? = (?!=)/.exec(
        line.text,
      ) ?? []
    const access = accessAt(line.text, at)
    if (access === 'read' || access === 'both') uses.isRead = true
    if (access === 'write' || access === 'both') uses.isWritten = true
    if (access !== 'unknown') continue
    if (alias !== undefined && depth > 0 && !line.text.slice(0, at).includes('?'))
      follow(
        new RegExp(`(?<![\\w.])${alias.replace('.', '\\.')}\\b`, 'g'),
        text.replace(line.text, ''),
        uses,
        depth - 1,
      )
    else uses.isRead = uses.isWritten = true
  }
}

function statementAround(text: string, index: number): { text: string; start: number } {
  const start = text.lastIndexOf('\n', index) + 1
  const end = text.indexOf('\n', index)
  return { text: text.slice(start, end < 0 ? undefined : end), start }
}

/** What the line does with the word that an index at `at` leads to. */
function accessAt(line: string, at: number): 'read' | 'write' | 'both' | 'unknown' {
  // Outwards through brackets, to an access by index or a call.
  let depth = 0
  for (let left = at - 1; left >= 0; left--) {
    if (line[left] === ')' || line[left] === ']') depth++
    if (line[left] !== '(' && line[left] !== '[') continue
    if (depth-- > 0) continue
    depth = 0
    const [, before] = /([\w.]*)$/.exec(line.slice(0, left)) ?? []
    const callee = before?.split('.').at(-1) ?? ''
    if (line[left] === '[' && before !== '') {
      const isRaised = /(?:\+\+|--)[\w.]*$/.test(line.slice(0, left))
      return isRaised ? 'both' : accessOf(line, closing(line, left))
    }
    if (WRITES.test(callee)) return 'write'
    if (BOTH.test(callee)) return 'both'
    if (READS.test(callee)) return 'read'
  }
  return 'unknown'
}

function closing(line: string, open: number): number {
  let depth = 0
  for (let at = open; at < line.length; at++) {
    if (line[at] === '[') depth++
    if (line[at] === ']' && --depth === 0) return at
  }
  return line.length
}

function accessOf(line: string, close: number): 'read' | 'write' | 'both' {
  const after = line.slice(close + 1)
  if (/^ =(?!=)/.test(after)) return 'write'
  return /^(?: [-+*/|&^]?= (?!=)|\+\+|--)/.test(after) && !/^ ==/.test(after) ? 'both' : 'read'
}
