/**
 * Globals: variables that all goroutines share. Each P has module variables of its own, and one
 * copy of a global serves them all. A global that holds a reference is a root.
 */
import type { MetaDoubles } from '../../memory/kinds.ts'
import { WRITE_BARRIER } from '../../memory/words/control.ts'
import { KIND_BOOL, KIND_F64, KIND_REF, KIND_U32 } from '../../scheduler/channel.ts'
import { verifyValue } from './check.ts'
import { expectRun, type Run } from './current.ts'
import { type AnyKind, expectKind, type Get, type Put, type Self } from './kinds.ts'

/**
 * A global variable. Accesses to it order nothing between goroutines: use a mutex or a channel for
 * that. @nosafepoint
 */
export interface Global<K> {
  get(): Get<K>
  set(value: Put<K>): void
}

/** A global array of fixed length. Throws a RangeError for an index out of range. @nosafepoint */
export interface GlobalArray<K> {
  readonly length: number
  get(index: number): Get<K>
  set(index: number, value: Put<K>): void
}

/**
 * Declares a global variable, or with a length an array of them, at module level and in the same
 * order on every P.
 *
 * @example const root = global(ref(Tree))
 */
export function global<K extends Exclude<AnyKind, Self>>(kind: K): Global<K>
export function global<K extends Exclude<AnyKind, Self>>(kind: K, length: number): GlobalArray<K>
export function global(kind: AnyKind, length?: number): object {
  const run = expectRun('global')
  expectKind('global', kind)
  const cells = new Cells(run, kind, length ?? 1)
  return run.handles.make(
    `global(${kind.label})`,
    length === undefined
      ? { get: () => cells.get(0), set: (value: number) => cells.set(0, value) }
      : {
          length,
          get: (index: number) => cells.get(index),
          set: (index: number, value: number) => cells.set(index, value),
        },
  )
}

class Cells {
  private readonly length: number
  private readonly kind: AnyKind
  private readonly begin: number
  private readonly run: Run
  private readonly metaF64: MetaDoubles

  constructor(run: Run, kind: AnyKind, length: number) {
    if (!Number.isInteger(length) || length < 1)
      throw new RangeError(`a global's length must be a whole number from 1, not ${length}`)
    this.length = length
    this.kind = kind
    this.run = run
    this.metaF64 = run.p.memory.metaF64
    const { declarations } = run
    if (kind.storage === KIND_REF) this.begin = declarations.declareReferences(length)
    else this.begin = declarations.declareScalars(kind.storage === KIND_F64 ? 2 * length : length)
  }

  get(index: number): number | boolean {
    const word = this.locate(index)
    const { meta } = this.run
    switch (this.kind.storage) {
      case KIND_F64:
        return this.metaF64[(this.begin >>> 1) + index]
      case KIND_U32:
        return meta[word] >>> 0
      case KIND_BOOL:
        return meta[word] !== 0
      default:
        return meta[word]
    }
  }

  set(index: number, value: number): void {
    const word = this.locate(index)
    const { meta, barrier, check } = this.run
    switch (this.kind.storage) {
      case KIND_REF:
        if (check) verifyValue(value, this.kind.typeId(), this.kind.label, 'value for a global')
        value = +value // Before the barrier is looked at: a cycle may begin in the conversion.
        if (meta[WRITE_BARRIER] !== 0) barrier.writeShaded(meta, word, value)
        else meta[word] = value
        break
      case KIND_F64:
        this.metaF64[(this.begin >>> 1) + index] = value
        break
      case KIND_BOOL:
        meta[word] = value ? 1 : 0
        break
      default:
        meta[word] = value
    }
  }

  private locate(index: number): number {
    if (index >>> 0 !== index || index >= this.length)
      throw new RangeError(`index ${index} is out of range of a global of length ${this.length}`)
    return this.begin + index
  }
}
