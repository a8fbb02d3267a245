/**
 * Locals: references that stay good over safepoints, on the goroutine's shadow stack.
 *
 * The rule of the whole programming interface: a bare reference is good until the next safepoint.
 * That is a call of `new`, `from`, `go`, `gc`, `poll`, `setGCPercent` or `readMemStats`, and any
 * yield. To keep it longer, put it in a local or in an object.
 */
import { SHADES_PUSHES, WRITE_BARRIER } from '../../memory/words/control.ts'
import { breach, verifyValue } from './check.ts'
import { expectGoroutine, meta, run, stack } from './current.ts'
import type { Ref } from './kinds.ts'

/** V8 folds a file's own constant, and loads an imported one at each call. */
const BARRIER = WRITE_BARRIER
const PUSHES = SHADES_PUSHES

declare const brand: unique symbol

/** Where the shadow stack stood when a scope was entered. */
export type Scope = number & { readonly [brand]: 'scope' }
/** A slot of the shadow stack that holds a reference, and may be given another. */
export type Local<T> = number & { readonly [brand]: T }

/** Enters a scope: `leave` releases what is kept from here on. */
export function enter(): Scope {
  return (stack.top - stack.base) as Scope
}

/** Keeps a reference until its scope is left. Returns it. */
export function keep<T>(reference: Ref<T>): Ref<T> {
  if (run.check) verifyValue(reference, 0, '', 'keep')
  // A number from here on: the conversion of another value may keep references of its own.
  reference = +reference as Ref<T>
  const shadow = stack
  if (shadow.top === shadow.limit) {
    expectGoroutine('keep')
    shadow.push(reference)
  } else {
    if (meta[BARRIER] === PUSHES) run.barrier.record(reference)
    meta[shadow.top] = reference
    shadow.top++
  }
  return reference
}

/**
 * Leaves a scope: releases all that was kept in it. Returns `reference`, which is bare from here
 * on.
 */
export function leave(scope: Scope): void
export function leave<T>(scope: Scope, reference: Ref<T>): Ref<T>
export function leave(scope: Scope, reference?: number): number | undefined {
  const top = +scope + stack.base
  if (run.check && top > stack.top) breach('leave: this scope has been left already')
  stack.top = top
  return reference
}

/** Keeps a reference in a slot of its own, which may be given another one. */
export function local<T>(reference: Ref<T>): Local<T> {
  keep(reference)
  return (stack.top - stack.base - 1) as Local<T>
}

export function getLocal<T>(slot: Local<T>): Ref<T> {
  if (run.check) verifySlot(slot)
  return meta[+slot + stack.base] as Ref<T>
}

export function setLocal<T>(slot: Local<T>, reference: Ref<T>): void {
  if (run.check) {
    verifySlot(slot)
    verifyValue(reference, 0, '', 'setLocal')
  }
  // Numbers, before the stack is looked at: the conversion of another value may move the stack.
  reference = +reference as Ref<T>
  slot = +slot as Local<T>
  if (meta[BARRIER] === PUSHES) run.barrier.record(reference)
  meta[slot + stack.base] = reference
}

function verifySlot(slot: number): void {
  if (stack.base + slot >= stack.top) breach('local: its scope has been left')
}
