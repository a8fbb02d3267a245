/**
 * What `--check` verifies at every access: the reference is to an object that is allocated and has
 * the right type. A breach ends the run, and a program cannot catch it.
 */

import { BreachError } from '../../gc/verify/breach.ts'
import { typeOf } from '../../heap/object.ts'
import { GRANULE_SHIFT, PAGE_BYTES } from '../../memory/layout.ts'
import * as span from '../../memory/words/span.ts'
import { RunOver } from '../../scheduler/run-over.ts'
import { readAt } from '../read-at.ts'
import { heap, p, run } from './current.ts'

/**
 * Throws a TypeError for nil. It is asked in every mode, since to look at the number costs nothing.
 */
export function failNil(what: string): never {
  throw new TypeError(`nil dereference: ${what} of nil`)
}

/**
 * Verifies a reference that the program uses. `type` 0: any type will do. `typeName` and `what` are
 * for the message.
 */
export function verify(reference: number, type: number, typeName: string, what: string): void {
  const complaint = complaintAbout(reference, type, typeName)
  if (complaint !== null) breach(`${what}: ${complaint}`)
}

/** Verifies a reference that is stored or passed on: nil is allowed. */
export function verifyValue(reference: number, type: number, typeName: string, what: string): void {
  if (reference !== 0) verify(reference, type, typeName, what)
}

/** Ends the run with a breach of the rules, at the line that is running. */
export function breach(message: string): never {
  p.ending.fail(new BreachError(message), p.goroutine)
  throw new RunOver('')
}

function complaintAbout(reference: number, type: number, typeName: string): string | null {
  const { memory } = p
  const { spans } = p.heap
  if (
    !Number.isInteger(reference) ||
    reference < PAGE_BYTES ||
    reference >= memory.layout.heapBytes
  )
    return `${reference} is no reference`
  const id = spans.of(reference)
  if (id <= 0 || spans.read(id, span.PAGES) === 0)
    return `${reference} refers to freed memory: it was not kept over a safepoint`
  if ((reference - spans.base(id)) % spans.read(id, span.SLOT_BYTES) !== 0)
    return `${reference} is no reference: it points into an object`
  const colour = readAt(memory.marks, reference >>> GRANULE_SHIFT)
  if (colour === span.FREE || colour >= span.QUARANTINE_NEW) {
    return `${reference} is a stale reference, its object has been freed: it was not kept over a safepoint (keep it, or put it in an object)`
  }
  const found = typeOf(readAt(heap, reference >>> 2))
  if (type !== 0 && found !== type)
    return `${reference} refers to a ${nameOf(found)}, not to a ${typeName}`
  return null
}

function nameOf(type: number): string {
  return run.typeNames.get(type) ?? `type ${type}`
}
