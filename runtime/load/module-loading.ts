/**
 * The modules of a program while they are evaluated.
 *
 * 1. Each prepared file begins and ends with a call that tells where its P is ({@link marked}). So
 *    the host can name the file whose top level never ends, because of a loop or an `await`.
 * 2. A thread in whose event loop nothing is pending can never leave an `await`. It says so itself,
 *    as Node does with exit 13.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { isMainThread, MessagePort } from 'node:worker_threads'
import { printable } from '../errors/printable.ts'

/** How long the top level of a module may take before it is named, in ms. */
const PATIENCE_MS = 5000

const CALL = `globalThis[Symbol.for('sawtooth.module')]?.(import.meta.url`
/** Stands before the first line of a file, and moves the columns of that line. */
export const MARK = `${CALL},false);`

/**
 * A module's text that tells when its evaluation begins and ends. A first line for the shell stays
 * a comment.
 */
export function marked(code: string): string {
  return `${MARK}${code.replace(/^#!/, '//')}\n${CALL},true)\n`
}

/** What a P tells of a module, named by the URL of its prepared file. */
export interface ModuleTold {
  readonly module: string
  readonly isOver: boolean
}

/** A module whose top level awaits what cannot come. */
export class StuckModuleError extends Error {
  override readonly name = 'StuckModuleError'
}

/**
 * On a P's thread: returns what `load` resolves with. Rejects with a StuckModuleError if that can
 * never be.
 */
export async function loadTelling<T>(
  load: () => Promise<T>,
  tell: (told: ModuleTold) => void,
): Promise<T> {
  const at: string[] = []
  const key = Symbol.for('sawtooth.module')
  const value = (module: string, isOver: boolean): void => {
    if (isOver) at.splice(at.indexOf(module), 1)
    else at.push(module)
    tell({ module, isOver })
  }
  Object.defineProperty(globalThis, key, { value, configurable: true })
  // Ports that keep this thread alive between runs: they would hide that nothing is pending.
  const ports = isMainThread
    ? []
    : activeHandles().filter((one): one is MessagePort => one instanceof MessagePort && hasRef(one))
  for (const port of ports) port.unref()
  let onEmpty = (): void => {}
  const stuck = new Promise<never>((_, reject) => {
    onEmpty = () => {
      for (const port of ports) port.ref()
      reject(
        new StuckModuleError(
          `${at.at(-1) ?? 'a module'}: nothing can end what its top level awaits`,
        ),
      )
    }
  })
  process.once('beforeExit', onEmpty)
  try {
    return await Promise.race([load(), stuck])
  } finally {
    process.off('beforeExit', onEmpty)
    for (const port of ports) port.ref()
    Reflect.deleteProperty(globalThis, key)
  }
}

/** Whether a port keeps its thread alive. The method is in no types. */
function hasRef(port: MessagePort): boolean {
  return (port as MessagePort & { hasRef?: () => boolean }).hasRef?.() ?? true
}

/**
 * Node's list of what keeps its event loop alive. It is in no types; in a Node without it, nothing
 * is noticed.
 */
function activeHandles(): readonly unknown[] {
  return (process as { _getActiveHandles?: () => unknown[] })._getActiveHandles?.() ?? []
}

/** On the host: which modules are being evaluated on which P, and for how long. */
export class ModulesInEvaluation {
  readonly #since = new Map<string, number>()
  readonly #named = new Set<string>()

  hear(p: number, { module, isOver }: ModuleTold): void {
    const key = `${p} ${module}`
    if (isOver) this.#since.delete(key)
    else this.#since.set(key, performance.now())
  }

  /**
   * A line for each module that takes too long, once. `sourceOf`: the source of a prepared file.
   */
  find(sourceOf: (url: string) => string): string[] {
    const late = [...this.#since].filter(
      ([key, since]) => performance.now() - since > PATIENCE_MS && !this.#named.has(key),
    )
    return late.map(([key, since]) => {
      this.#named.add(key)
      const [p = '', url = ''] = key.split(' ', 2)
      const seconds = Math.round((performance.now() - since) / 1000)
      return `${printable(sourceOf(url))} has not finished loading on P ${p} after ${seconds} s: its top level is in a loop, or awaits something`
    })
  }
}
