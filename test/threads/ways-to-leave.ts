/**
 * What a program may do to what it shares with the next program on its thread, and how the next one
 * would see it.
 */
export interface Way {
  readonly name: string
  /** Statements of a goroutine of the first program. */
  readonly leave: string
  /**
   * An expression in the second: true if it sees something. Undefined if there is nothing to see.
   */
  readonly isSeen?: string
  /** Import declarations of the first program. */
  readonly imports?: string
  /** The first program declares no type and no task. */
  readonly isBare?: boolean
  /** The thread may serve the next run, and the next program sees nothing. */
  readonly isHarmless?: boolean
}

const plain: readonly (readonly [name: string, leave: string, isSeen: string])[] = [
  [
    'Object.prototype frozen',
    'Object.freeze(Object.prototype)',
    'Object.isFrozen(Object.prototype)',
  ],
  ['Array.prototype frozen', 'Object.freeze(Array.prototype)', 'Object.isFrozen(Array.prototype)'],
  ['JSON frozen', 'Object.freeze(JSON)', 'Object.isFrozen(JSON)'],
  ['no new globals', 'Object.preventExtensions(globalThis)', '!Object.isExtensible(globalThis)'],
  [
    'a global made read-only',
    "Object.defineProperty(globalThis, 'Map', { writable: false })",
    write('globalThis', 'Map'),
  ],
  [
    'a method made read-only',
    "Object.defineProperty(Math, 'max', { writable: false })",
    write('Math', 'max'),
  ],
  [
    'a method made enumerable',
    "Object.defineProperty(Array.prototype, 'at', { enumerable: true })",
    enumerable(),
  ],
  ['a property of a method', 'Array.prototype.map.left = 1', 'Array.prototype.map.left === 1'],
  ['a property of a getter', `${getter()}.left = 1`, `${getter()}.left === 1`],
  [
    'the name of a function',
    "Object.defineProperty(parseInt, 'name', { value: 'left' })",
    "parseInt.name === 'left'",
  ],
  ['a prototype', 'Object.setPrototypeOf(Map.prototype, { left: 1 })', 'new Map().left === 1'],
  [
    'the prototype of a function',
    'Object.setPrototypeOf(Math.max, { left: 1 })',
    'Math.max.left === 1',
  ],
  ['a method of iterators', `${iterator()}.next = () => ({ done: true })`, '[...[1]].length === 0'],
  [
    'a method of generators',
    'Object.getPrototypeOf(function* () {}).prototype.left = 1',
    '(function* () {})().left === 1',
  ],
  [
    'a class of Intl',
    'Intl.DateTimeFormat.prototype.left = 1',
    'new Intl.DateTimeFormat().left === 1',
  ],
  ['segments', `${segments()}.left = 1`, `${segments()}.left === 1`],
  [
    'a hidden global',
    "Object.defineProperty(globalThis, 'left', { get: () => 1, configurable: true })",
    'globalThis.left === 1',
  ],
  [
    'a symbol of a global',
    "globalThis[Symbol.for('left')] = 1",
    "globalThis[Symbol.for('left')] === 1",
  ],
  ['a global variable by eval', "(0, eval)('var left = 1')", "typeof left === 'number'"],
  ['a global binding by eval', "(0, eval)('let left = 1')", "typeof left === 'number'"],
  [
    'a global by a constructor',
    "(() => {}).constructor('globalThis.Left = 1; delete globalThis.Left')()",
    'false',
  ],
  ['a limit of stacks', 'Error.stackTraceLimit = 3', 'Error.stackTraceLimit === 3'],
  ['frames of a stack', `${callSite()}.left = 1`, `${callSite()}.left === 1`],
  ['the arguments', "process.argv.push('left')", "process.argv.includes('left')"],
  ['the flags', "process.execArgv.push('left')", "process.execArgv.includes('left')"],
  ['the environment', "process.env.LEFT = '1'", "process.env.LEFT === '1'"],
  ['standard output', 'process.stdout.columns = 7', 'process.stdout.columns === 7'],
  [
    'a function on a function',
    'process.hrtime.bigint = () => 7n',
    'process.hrtime.bigint() === 7n',
  ],
  ['another such', 'process.memoryUsage.rss = () => 7', 'process.memoryUsage.rss() === 7'],
  [
    'who takes exceptions',
    'process.setUncaughtExceptionCaptureCallback(() => {})',
    'process.hasUncaughtExceptionCaptureCallback()',
  ],
  [
    'process by its descriptor',
    "Object.getOwnPropertyDescriptor(globalThis, 'process').get().left = 1",
    'process.left === 1',
  ],
  ['process by Reflect', "Reflect.get(globalThis, 'process').left = 1", 'process.left === 1'],
  ['another process', 'globalThis.process = { left: 1 }', 'process.left === 1'],
  [
    'a module by process',
    "process.getBuiltinModule('node:util').inspect.defaultOptions.depth = 0",
    inspects(),
  ],
  [
    'a class of WebAssembly',
    'WebAssembly.Module.prototype.left = 1',
    'WebAssembly.Module.prototype.left === 1',
  ],
  [
    'a method of cryptography',
    'Object.getPrototypeOf(crypto.subtle).left = 1',
    'crypto.subtle.left === 1',
  ],
  ['a method of the clock', 'performance.now.left = 1', 'performance.now.left === 1'],
  ['another clock', 'performance.now = () => 7', 'performance.now() === 7'],
  [
    'a mark of the clock',
    "performance.mark('left')",
    "performance.getEntriesByName('left').length > 0",
  ],
  [
    'a listener of the clock',
    "performance.addEventListener('left', e => { e.left = 1 })",
    event('performance'),
  ],
  [
    'the class of the clock',
    'Object.getPrototypeOf(Object.getPrototypeOf(performance)).left = 1',
    'performance.left === 1',
  ],
  ['a class of buffers', 'Buffer.prototype.left = 1', 'Buffer.prototype.left === 1'],
  ['the size of buffers’ pool', 'Buffer.poolSize = 7', 'Buffer.poolSize === 7'],
  ['a class of events', 'EventTarget.prototype.left = 1', 'EventTarget.prototype.left === 1'],
  ['a listener of a signal', 'AbortSignal.prototype.left = 1', 'AbortSignal.prototype.left === 1'],
  ['how objects are shown', `${shown('inspect.defaultOptions.depth = 0')}`, inspects()],
  ['the colours of what is shown', `${shown("inspect.styles.number = 'left'")}`, styles()],
  ['a function of the runtime', 'go.left = 1', 'go.left === 1'],
  ['another function of the runtime', 'go.on = () => {}', "go.on.toString() === '() => {}'"],
  ['a kind', "i32.label = 'left'", "i32.label === 'left'"],
  ['a class of operations', 'Object.getPrototypeOf(otherwise).left = 1', 'otherwise.left === 1'],
  ['a class of fields', 'Object.getPrototypeOf(Node.value).left = 1', 'Node.value.left === 1'],
  ['a class of tasks', 'Object.getPrototypeOf(t).left = 1', 't.left === 1'],
  [
    'a class of the scheduler',
    'Object.getPrototypeOf(Node.value.run.p).left = 1',
    'Node.value.run.p.left === 1',
  ],
]

const imported: readonly (readonly [module: string, leave: string, isSeen: string])[] = [
  ['util', 'it.inspect.defaultOptions.depth = 0', inspects()],
  ['events', 'it.defaultMaxListeners = 1', 'it.defaultMaxListeners === 1'],
  ['stream', 'it.setDefaultHighWaterMark(false, 7)', 'it.getDefaultHighWaterMark(false) === 7'],
  ['fs', 'it.promises.readFile = 7', 'it.promises.readFile === 7'],
  ['path', 'it.posix.left = 1', 'it.posix.left === 1'],
  ['assert', 'it.strict.left = 1', 'it.strict.left === 1'],
  ['timers', 'it.promises.setTimeout = 7', 'it.promises.setTimeout === 7'],
  ['perf_hooks', 'it.performance.left = 1', 'it.performance.left === 1'],
  ['os', 'it.constants.signals.left = 1', 'it.constants.signals.left === 1'],
  ['async_hooks', 'new it.AsyncLocalStorage().enterWith(1)', 'false'],
  ['worker_threads', "it.setEnvironmentData('left', 1)", "it.getEnvironmentData('left') === 1"],
]

const harmless: readonly (readonly [name: string, leave: string, isSeen: string])[] = [
  ['nothing', '', 'false'],
  ['the last match', "/(left)/.exec('left')", "RegExp.$1 === 'left' || RegExp.input === 'left'"],
  [
    'a console’s own',
    'console.log = 1; console.group = 1',
    'console.log === 1 || console.group === 1',
  ],
  ['a stream of the console', `if (${stream()}) ${stream()}.left = 1`, `${stream()}?.left === 1`],
  ['a group and a count', "console.group(''); console.count('x')", "'left' in console"],
  ['its own run’s', 'Node.left = 1', 'Node.left === 1'],
  ['`this` of main', 'if (this !== undefined) throw new Error(`this`)', 'false'],
  [
    'what it changes and puts back',
    'const { map } = Array.prototype; Array.prototype.map = 1; Array.prototype.map = map',
    'false',
  ],
]

const dynamic: readonly Way[] = [
  { name: 'a module by a dynamic import', imports: "await import('node:fs')", leave: '' },
  // It may run when its run is over.
  {
    name: 'a file of its own by a dynamic import',
    imports: "await import('./other.js')",
    leave: '',
  },
  {
    name: 'a module by require',
    imports: "import { createRequire } from 'node:module'",
    leave: "createRequire('/')('fs')",
  },
  {
    name: 'a class of the scheduler, without a type',
    imports: "import { sleep } from 'sawtooth'",
    leave: 'const s = sleep(0); Object.getPrototypeOf(s.p).left = 1; yield* s',
    isBare: true,
  },
  { name: 'a module by eval', leave: 'eval("import(\'node:fs\')").catch(() => {})' },
  {
    name: 'a module by a function',
    leave: 'new Function("return import(\'node:fs\')")().catch(() => {})',
  },
  { name: 'what resolves', imports: 'const { resolve } = import.meta', leave: 'resolve.left = 1' },
  { name: 'a registry', leave: 'new FinalizationRegistry(() => {}).register({}, 1)' },
]

export const ways: readonly Way[] = [
  ...plain.map(([name, leave, isSeen]) => ({ name, leave, isSeen })),
  ...imported.map(([module, leave, isSeen]) => ({
    name: `in node:${module}`,
    imports: `import it from 'node:${module}'`,
    leave,
    isSeen,
  })),
  ...dynamic,
  ...harmless.map(([name, leave, isSeen]) => ({ name, leave, isSeen, isHarmless: true })),
]

function stream(): string {
  return '(console._stdout && Object.getPrototypeOf(console._stdout))'
}

function write(owner: string, key: string): string {
  return `(() => { try { ${owner}.${key} = ${owner}.${key} } catch { return true } })()`
}

function enumerable(): string {
  return "Object.prototype.propertyIsEnumerable.call(Array.prototype, 'at')"
}

function getter(): string {
  return "Object.getOwnPropertyDescriptor(Map.prototype, 'size').get"
}

function iterator(): string {
  return 'Object.getPrototypeOf([][Symbol.iterator]())'
}

function segments(): string {
  return "Object.getPrototypeOf(new Intl.Segmenter().segment('a')[Symbol.iterator]())"
}

function callSite(): string {
  return `(() => {
    Error.prepareStackTrace = (_, sites) => sites[0]
    const site = new Error().stack
    delete Error.prepareStackTrace
    return Object.getPrototypeOf(site)
  })()`
}

function event(target: string): string {
  return `(e => { ${target}.dispatchEvent(e); return e.left === 1 })(new Event('left'))`
}

function shown(act: string): string {
  return `console.debug({ [Symbol.for('nodejs.util.inspect.custom')]: (_, __, inspect) => { ${act}; return '' } })`
}

function look(expression: string): string {
  return `(() => { let seen; console.debug({ [Symbol.for('nodejs.util.inspect.custom')]: (_, __, inspect) => { seen = ${expression}; return '' } }); return seen })()`
}

function inspects(): string {
  return look('inspect.defaultOptions.depth === 0')
}

function styles(): string {
  return look("inspect.styles.number === 'left'")
}
