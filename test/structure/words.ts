// The rule of shared words, whose declarations are memory/words/:
//   1. Numbers ascend within a table of words.
//   2. Each word has its biography: a comment of its own, or that of its group.
//   3. Each word is both written and read outside of its declaration.
//
// Rule 3 follows a word by name. The word is an index in an access, or an argument of an operation
// that reads or writes. If its index is kept in a field, a variable or a list, all that is done
// with that counts. A word that is passed on in another way counts as both read and written. So the
// rule finds only words that are dead.
import type { SourceFile } from './files.ts'

/** Names that declare no word, in full: sizes, values, and bits of a word. */
const NO_WORDS = new Set(
  `
  PAGE_BIN_COUNT SLEEPER_WORDS STACK_FREE_COUNT WORDS NO_BYTES PHASE_OFF PHASE_MARK
  PHASE_MARK_TERMINATION SHADES_STORES SHADES_PUSHES IDLE_COUNT IDLE_LEFT SWEEP_DRAINED RUN_BOOTING RUN_ACTIVE
  RUN_FINISHED RUN_FAILED RUN_ABORTED PACER_STATE_COUNT PAUSE_RING STATISTICS_COUNT DOUBLES
  CACHE_WORDS SPAN_CLASSES BARRIER_PAIRS RING_SLOTS MAX_FAULT_POINTS FAULT_WORDS POLL_STOP
  POLL_FLUSH POLL_SCAN POLL_END POLL_ALWAYS STATUS_ABSENT STATUS_RUNNING STATUS_WAITING
  ROLE_NONE ROLE_HELD ROLE_OFFERED ACTIVITY_SCHEDULING ACTIVITY_GOROUTINE ACTIVITY_MARKING
  ACTIVITY_COPYING ACTIVITY_TERMINATING ACTIVITY_STOPPED ACTIVITY_SLEEPING ACTIVITY_PRINTING
  PLACE_COUNT OVERRUN_PARTS
  ARGUMENTS_MAX G_FREE G_RUNNABLE G_RUNNING G_WAITING G_DEAD G_SCAN G_SCAN_WANTED WAIT_NONE
  WAIT_SEND WAIT_RECEIVE WAIT_SELECT WAIT_SLEEP WAIT_MUTEX WAIT_GROUP WAITER_WORDS
  WAITER_DOUBLES
  FREE WHITE GREY_MARK BLACK QUARANTINE_NEW QUARANTINE_OLD CENTRAL_WORDS
  `.match(/\w+/g),
)

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

const isWord = ({ name }: Declared): boolean => !NO_WORDS.has(name)

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

/**
 * Notes what is done with an index of this name. `depth` is how often it may get another name.
 */
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
