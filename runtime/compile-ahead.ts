/**
 * V8 compiles a function when it is first called, and throws a RangeError there if less than 40 KiB of stack are left (kStackSpaceRequiredForCompilation), however little the
 * function needs. A slow path that is met for the first time deep in a program's recursion would end in the middle, stack probe or not (gc/stack-probe.ts): a P that had
 * stopped was never counted again, and the run hung.
 *
 * So every method of a P and of its parts is called once at boot, on nothing. It is compiled, and fails at its first step, which is to look at `this` or at an argument.
 */

/** Calls each method and accessor of the objects that `root` leads to, but for those of the host's own classes. */
export function compileAhead(root: object): void {
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
