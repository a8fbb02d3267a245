/**
 * V8 compiles a function when it is first called, and throws a RangeError there if less than 40 KiB of stack are left, however little the
 * function needs. Where a collection may be met the stack probe sees to that much (gc/stack-probe.ts); the other slow paths, of the heap, the barrier and the
 * scheduler, make do with 16 KiB, since their methods are called once at boot, on nothing. Each is compiled by that, and fails at its first step, which is to look at `this` or
 * at an argument. V8 shall not forget the code of what was not called for long: so the flag.
 */
import { setFlagsFromString } from 'node:v8'

// Of the process, and for good: it costs some memory where code is no longer used.
setFlagsFromString('--no-flush-bytecode')

/** Calls each method and accessor of the objects that `root` leads to, but for those of the host's own classes; and the functions. */
export function compileAhead(root: object, functions: readonly unknown[] = []): void {
  for (const one of functions) if (typeof one === 'function') callOnNothing(one as () => unknown)
  const seen = new Set<object>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return
    seen.add(value)
    for (let at = Object.getPrototypeOf(value); isOurs(at); at = Object.getPrototypeOf(at)) {
      if (!seen.has(at)) compileMethodsOf(at)
      seen.add(at)
    }
    if (Array.isArray(value) || isOurs(Object.getPrototypeOf(value))) Object.values(value).forEach(visit)
  }
  visit(root)
}

function isOurs(prototype: unknown): prototype is object {
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return false
  return !/\[native code\]/.test(Function.prototype.toString.call(prototype.constructor))
}

function compileMethodsOf(prototype: object): void {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(prototype) as Record<
    string,
    PropertyDescriptor
  >
  for (const { value, get, set } of Object.values(methods))
    for (const method of [value, get, set]) if (typeof method === 'function') callOnNothing(method)
}

function callOnNothing(method: () => unknown): void {
  try {
    method.call(undefined)
  } catch {
    // As it shall: there is no `this`.
  }
}
