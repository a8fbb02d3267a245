/**
 * The table of what a program declares at module level: types and tasks. Every P imports the program and declares the same things in the same
 * order; the nth declaration of a kind has number n. The first P to come to it enters it, the others compare.
 */

import { DECLARATION_WORDS, MAX_DECLARATIONS, MAX_GLOBAL_WORDS } from '../../memory/layout.ts'
import { lock, unlock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { printableName } from '../errors/printable.ts'

/** Two Ps disagree on what the program declares, or it declares too much. */
export class DeclarationError extends Error {
  override name = 'DeclarationError'
}

// A record: length of the shape in bytes, a hash of all of it, then as much of it as fits.
const LENGTH = 0
const HASH = 1
const TEXT = 2
const TEXT_WORDS = DECLARATION_WORDS - TEXT

/** Half of the words for globals hold references, from the bottom; scalars have the other half. */
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

  /** No more declarations: the program runs. Throws a DeclarationError unless every P has declared as much. */
  close(): void {
    // The end is entered as the last type, so that a P that goes on and one that ends are told apart too.
    const globals = `references in globals: ${this.slots}, words of numbers: ${this.scalars}`
    this.declareType(`nothing more (types: ${this.types}, tasks: ${this.tasks}, ${globals})`, 0)
    this.isOpen = false
  }

  /** Number of a type, from 1. `slotBytes`: what an object of it takes, 0 if that differs from object to object. */
  declareType(shape: string, slotBytes: number): number {
    const { meta, layout } = this.memory
    const id = this.declare(shape, ++this.types, control.TYPES_DECLARED, 0)
    meta[layout.typeSlots + id] = slotBytes
    return id
  }

  /** Number of a task, from 1. */
  declareTask(shape: string): number {
    return this.declare(shape, ++this.tasks, control.TASKS_DECLARED, MAX_DECLARATIONS)
  }

  /** Word index of `count` references among the roots. */
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

  /** Word index, even, of `count` words that hold no references. */
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

  /** What the first P to declare so much has entered. */
  private raise(word: number, count: number): void {
    const { meta } = this.memory
    lock(meta, control.DECLARE_LOCK)
    try {
      if (meta[word] < count) meta[word] = count
    } finally {
      unlock(meta, control.DECLARE_LOCK)
    }
  }

  /** Names of tasks by number, from the table, as they may stand in a line: for the host, which declares nothing. Main is −1. */
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
      // What was entered first is not changed any more.
      throw new DeclarationError(
        `${this.where} declares ${shape} where another P declares ${this.read(first + id)}: declare the same things in the same order on every P, at module level and without conditions`,
      )
    }
    return id
  }

  /** Enters a declaration if this P is the first to come to it. False if another P has entered another one. */
  private enter(shape: string, id: number, count: number, first: number): boolean {
    const { meta } = this.memory
    lock(meta, control.DECLARE_LOCK)
    try {
      if (meta[count] >= id) return this.agrees(first + id, shape)
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
    const length = Math.min(meta[record + LENGTH], 2 * TEXT_WORDS)
    let text = ''
    for (let at = 0; at < length; at++)
      text += String.fromCharCode((meta[record + TEXT + (at >> 1)] >>> (16 * (at & 1))) & 0xffff)
    return length < meta[record + LENGTH] ? `${text}…` : text
  }
}

/** The name in a task's shape, `task NAME(KINDS)`: any text, as far as there was room for it. */
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
