/** The global names that the language itself defines (ECMA-262 and ECMA-402): all that they lead to can be compared. A name that is missing here costs threads, and no more. */
export const LANGUAGE: ReadonlySet<PropertyKey> = new Set<PropertyKey>([
  ...['globalThis', 'Infinity', 'NaN', 'undefined', 'isFinite', 'isNaN', 'parseFloat', 'parseInt'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'unescape'],
  ...['Object', 'Function', 'Boolean', 'Symbol', 'Number', 'BigInt', 'Math', 'Date', 'String', 'RegExp', 'Intl'],
  ...['Error', 'AggregateError', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['SuppressedError', 'DisposableStack', 'AsyncDisposableStack', 'Iterator', 'Promise', 'Proxy', 'Reflect', 'JSON'],
  ...['Array', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'Atomics', 'Map', 'Set', 'WeakMap', 'WeakSet'],
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array'],
  ...['BigInt64Array', 'BigUint64Array', 'Float16Array', 'Float32Array', 'Float64Array'],
  ...['WeakRef', 'FinalizationRegistry', Symbol.toStringTag],
])
