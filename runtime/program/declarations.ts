/**
 * The table of what a program declares at module level: types and tasks.
 *
 * 1. Every P imports the program, and declares the same things in the same order. The nth
 *    declaration of a kind has number n.
 * 2. The first P that comes to a declaration enters it. The other Ps compare theirs with it.
 * 3. At the end each P declares that nothing more comes, so that all have declared as much.
 */

import { DECLARATION_WORDS, MAX_DECLARATIONS, MAX_GLOBAL_WORDS } from '../../memory/layout.ts'
import { lock, unlock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { printableName } from '../errors/printable.ts'
import { readAt } from '../read-at.ts'

/** Two Ps disagree on what the program declares, or it declares too much. */
export class DeclarationError extends Error {
  override name = 'DeclarationError'
}

// A record: the length of the shape in characters, a hash of the whole shape, then as much of it as
// fits, two characters a word.
const LENGTH = 0
const HASH = 1
const TEXT = 2
const TEXT_WORDS = DECLARATION_WORDS - TEXT

/** The lower half of the words for globals holds references; scalars have the upper half. */
const SCALARS_BEGIN = MAX_GLOBAL_WORDS / 2

export class Declarations {
  private readonly memory: Memory
  private readonly where: string
  private types = 0
  private tasks = 0
  private slots = 0
  private scalars = 0
  private isOpen = true

  /** `where` names the P in messages. */
  constructor(memory: Memory, where: string) {
    this.memory = memory
    this.where = where
  }

  /**
   * Ends the declarations: the program runs. Throws a DeclarationError if another P has declared
   * more or less.
   */
  close(): void {
    // The end is entered as the last type. So a P that declares more and one that ends are told
    // apart, too.
    const globals = `references in globals: ${this.slots}, words of numbers: ${this.scalars}`
    this.declareType(`nothing more (types: ${this.types}, tasks: ${this.tasks}, ${globals})`, 0)
    this.isOpen = false
  }

  /**
   * Returns the number of a type, from 1. `slotBytes`: the bytes that each of its objects takes; 0
   * if they differ.
   */
  declareType(shape: string, slotBytes: number): number {
    const { meta, layout } = this.memory
    const id = this.declare(shape, ++this.types, control.TYPES_DECLARED, 0)
    meta[layout.typeSlots + id] = slotBytes
    return id
  }

  /** Returns the number of a task, from 1. */
  declareTask(shape: string): number {
    return this.declare(shape, ++this.tasks, control.TASKS_DECLARED, MAX_DECLARATIONS)
  }

  /** Returns the word index of `count` references among the roots. */
  declareReferences(count: number): number {
    const { layout } = this.memory
    this.expectOpen('a global')
    const begin = this.slots
    this.slots += count
    if (this.slots > SCALARS_BEGIN)
      throw new DeclarationError(`too many global references: at most ${SCALARS_BEGIN} in all`)
    this.raise(control.GLOBAL_SLOTS, this.slots)
    return layout.globals + begin
  }

  /** Returns the word index, which is even, of `count` words that hold no references. */
  declareScalars(count: number): number {
    const { layout } = this.memory
    this.expectOpen('a global')
    const begin = SCALARS_BEGIN + this.scalars
    this.scalars += count + (count & 1)
    if (this.scalars > MAX_GLOBAL_WORDS - SCALARS_BEGIN)
      throw new DeclarationError(
        `too many global numbers: at most ${MAX_GLOBAL_WORDS - SCALARS_BEGIN} words in all`,
      )
    this.raise(control.GLOBAL_WORDS, this.scalars)
    return layout.globals + begin
  }

  /** Raises a count of words to that of this P, if this P is the first to declare that many. */
  private raise(word: number, count: number): void {
    const { meta } = this.memory
    lock(meta, control.DECLARE_LOCK)
    try {
      if (readAt(meta, word) < count) meta[word] = count
    } finally {
      unlock(meta, control.DECLARE_LOCK)
    }
  }

  /**
   * Names of tasks by number, from the table, safe to stand in a line. For the host, which declares
   * nothing. Main is −1.
   */
  static tasksOf(memory: Memory): (task: number) => string {
    const table = new Declarations(memory, 'the host')
    return task =>
      task < 0
        ? 'main'
        : printableName(nameIn(table.read(MAX_DECLARATIONS + task)) || `task ${task}`)
  }

  private expectOpen(what: string): void {
    if (!this.isOpen)
      throw new DeclarationError(
        `${what} is declared while the program runs: declare at module level, where every P does it`,
      )
  }

  private declare(shape: string, id: number, count: number, first: number): number {
    this.expectOpen(shape)
    if (id >= MAX_DECLARATIONS)
      throw new DeclarationError(
        `too many declarations: at most ${MAX_DECLARATIONS - 1} types and as many tasks`,
      )
    if (!this.enter(shape, id, count, first)) {
      // An entry does not change any more.
      throw new DeclarationError(
        `${this.where} declares ${shape} where another P declares ${this.read(first + id)}: declare the same things in the same order on every P, at module level and without conditions`,
      )
    }
    return id
  }

  /**
   * Enters a declaration if this P is the first that comes to it. False if another P has entered a
   * different one.
   */
  private enter(shape: string, id: number, count: number, first: number): boolean {
    const { meta } = this.memory
    lock(meta, control.DECLARE_LOCK)
    try {
      if (readAt(meta, count) >= id) return this.agrees(first + id, shape)
      this.write(first + id, shape)
      meta[count] = id
      return true
    } finally {
      unlock(meta, control.DECLARE_LOCK)
    }
  }

  private record(index: number): number {
    return this.memory.layout.declarations + index * DECLARATION_WORDS
  }

  private write(index: number, shape: string): void {
    const { meta } = this.memory
    const record = this.record(index)
    meta[record + LENGTH] = shape.length
    meta[record + HASH] = hashOf(shape)
    for (let at = 0; at < TEXT_WORDS; at++)
      meta[record + TEXT + at] = shape.charCodeAt(2 * at) | (shape.charCodeAt(2 * at + 1) << 16)
  }

  private agrees(index: number, shape: string): boolean {
    const { meta } = this.memory
    const record = this.record(index)
    return meta[record + LENGTH] === shape.length && meta[record + HASH] === hashOf(shape)
  }

  private read(index: number): string {
    const { meta } = this.memory
    const record = this.record(index)
    const length = readAt(meta, record + LENGTH)
    const shown = Math.min(length, 2 * TEXT_WORDS)
    let text = ''
    for (let at = 0; at < shown; at++) {
      const two = readAt(meta, record + TEXT + (at >> 1))
      text += String.fromCharCode((two >>> (16 * (at & 1))) & 0xffff)
    }
    return shown < length ? `${text}…` : text
  }
}

/**
 * The name in a task's shape, `task NAME(KINDS)`. A name may hold any text; the shape may have been
 * cut.
 */
function nameIn(shape: string): string {
  let depth = 0
  for (let at = shape.length - 1; at > 0; at--) {
    if (shape[at] === ')') depth++
    else if (shape[at] === '(' && --depth === 0) return shape.slice('task '.length, at)
  }
  return shape.slice('task '.length)
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash | 0
}
