// Throws an error that takes its time to be described. -- MS | endless
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

class Slow extends Error {
  readonly #ms: number

  constructor(ms: number) {
    super()
    this.#ms = ms
    Object.defineProperty(this, 'message', { get: () => this.#compute() })
  }

  #compute(): string {
    // By now nothing that a program prints is heard.
    writeFileSync(join(tmpdir(), 'describing'), '')
    for (const began = Date.now(); Date.now() - began < this.#ms; );
    return 'computed'
  }
}

export default function* main(ms: string) {
  throw new Slow(ms === 'endless' ? Number.POSITIVE_INFINITY : Number(ms))
}
