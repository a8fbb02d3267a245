/**
 * Modules of a program on their way through evaluation. Each prepared file begins and ends with a call that tells where its P is (marked), so that the host
 * can name the file whose top level never ends: a loop, or an `await`. A thread in whose event loop nothing is pending can never leave an
 * `await`, and says so itself, as Node does with exit 13.
 */
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { isMainThread, MessagePort } from 'node:worker_threads'
import { printable } from '../errors/printable.ts'

/** How long the top level of a module may take before it is named, in ms. */
const PATIENCE_MS = 5000

const CALL = `globalThis[Symbol.for('sawtooth.module')]?.(import.meta.url`
/** Stands before the first line of a file, whose columns it moves. */
export const MARK = `${CALL},false);`

/** A module's text that tells when it is evaluated, and when that is over. A first line for the shell stays a comment. */
export function marked(code: string): string {
  return `${MARK}${code.replace(/^#!/, '//')}\n${CALL},true)\n`
}

/** What a P tells of a module, by the URL of its prepared file. */
export interface ModuleTold {
  readonly module: string
  readonly isOver: boolean
}

/** `await` at the top level of a module waits for what cannot come. */
export class StuckModuleError extends Error {
  override readonly name = 'StuckModuleError'
}

/** On a P's thread: what `load` resolves with. Rejects with a StuckModuleError if it never will. */
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
  // What keeps this thread alive between runs, and would hide that nothing is pending.
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

/** Whether a port keeps its thread alive; types do not know the method. */
function hasRef(port: MessagePort): boolean {
  return (port as MessagePort & { hasRef?: () => boolean }).hasRef?.() ?? true
}

/** Node's list of what keeps its event loop alive; it is in no types, and a Node without it notices nothing. */
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

  /** A line for each that takes too long, once. `sourceOf`: of a prepared file. */
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
