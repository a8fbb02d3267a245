import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { lockViolations } from './locks.ts'

const violations = (text: string): string[] => lockViolations([{ path: 'heap/a.ts', text }])

test.each([
  ['no finally', 'function f() { lock(w, 1); g(); unlock(w, 1) }', 'lock without try'],
  [
    'a finally that keeps the lock',
    'function f() { lock(w, 1); try { g() } finally { h() } }',
    'lock without try',
  ],
  [
    'a statement between',
    'function f() { lock(w, 1); g(); try { h() } finally { unlock(w, 1) } }',
    'lock without try',
  ],
  [
    'a lock that is only tried',
    'function f() { if (!tryLock(w, 1)) return; g(); unlock(w, 1) }',
    'lock without try',
  ],
  ['a throw', 'function f() { lock(w, 1); try { throw g } finally { unlock(w, 1) } }', 'f throws'],
  [
    'a coercion',
    'function f(x) { lock(w, 1); try { Number(x) } finally { unlock(w, 1) } }',
    'calls Number',
  ],
  [
    'a throw further down',
    'function g() { h() } function h() { throw 1 } function f() { lock(w, 1); try { g() } finally { unlock(w, 1) } }',
    'h throws',
  ],
  [
    'a throw of an inherited method',
    'class A { g() { throw 1 } } class B extends A { f() { lock(w, 1); try { this.g() } finally { unlock(w, 1) } } }',
    'A.g throws',
  ],
  [
    'a throw of a method of whatever class',
    'class A { g() { throw 1 } } class B { f(a: A) { this.lock(1); try { a.g() } finally { this.unlock(1) } } }',
    'A.g throws',
  ],
])('the lock rule finds %s', (_, text, fault) => {
  expect(violations(text)).toEqual([expect.stringContaining(fault)])
})

test.each([
  ['what is guarded', 'function f() { lock(w, 1); try { g() } finally { unlock(w, 1) } }'],
  ['the lock itself', 'class A { lock(c) { lock(w, c) } unlock(c) { unlock(w, c) } }'],
  [
    'a throw after the unlock',
    'function f() { lock(w, 1); try { g() } finally { unlock(w, 1) } throw 1 }',
  ],
])('the lock rule allows %s', (_, text) => {
  expect(violations(text)).toEqual([])
})

test('the sources keep the lock rule', () => {
  const files = typeScriptIn(repositoryFiles(), ['memory', 'heap', 'gc', 'scheduler', 'runtime'])
  // Under --check a marker that finds a broken heap ends the run. readAt throws for an index that
  // the runtime has computed wrongly, and then the run is lost.
  expect(lockViolations(files, ['Marker.checkColour', 'readAt'])).toEqual([])
})
