/**
 * What happens to a run's outputs: a disk is full, nobody reads a pipe, a stream fails or is slow.
 * Files are read again.
 *
 *   stdout:WHAT, stderr:WHAT
 *     ENOSPC@BYTES, EPIPE@BYTES   the write that goes past that many bytes fails
 *     throws@BYTES                that write throws
 *     destroyed@BYTES             that write is the last one that the stream takes
 *     slow, stuck                 a piece is taken after a while, or never
 *   json:WHAT, trace:WHAT
 *     full, file                  /dev/full, or a file
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from '../../runtime/output/temporary-folder.ts'
import type { RunRecord } from '../../runtime/report/record.ts'
import type { Random } from '../support/random.ts'

const STREAMS = ['stdout', 'stderr'] as const
const FILES = ['json', 'trace'] as const
type StreamName = (typeof STREAMS)[number]
type FileName = (typeof FILES)[number]

const AT_A_BYTE = ['ENOSPC', 'EPIPE', 'throws', 'destroyed'] as const
const TIMING = ['slow', 'stuck'] as const

/** A device on which every write fails. */
const FULL = '/dev/full'
/** How long a slow stream takes for each piece, in ms. */
const PIECE_MS = 1

/** Draws one or two outputs, and what happens to them. */
export function drawOutputs(random: Random): string[] {
  const names = [...STREAMS, ...FILES]
  const first = random.pick(names)
  const second = random.chance(0.4) ? random.pick(names.filter(name => name !== first)) : null
  return [first, second].filter(name => name !== null).map(name => drawOutput(random, name))
}

function drawOutput(random: Random, name: StreamName | FileName): string {
  if (name === 'json' || name === 'trace') return `${name}:${random.pick(['full', 'file'])}`
  const what = random.pick([...AT_A_BYTE, ...AT_A_BYTE, ...TIMING])
  return what === 'slow' || what === 'stuck'
    ? `${name}:${what}`
    : `${name}:${what}@${random.magnitude(1, 30_000) - 1}`
}

/** The outputs of one run. */
export class Outputs {
  readonly stdout: SoakStream
  readonly stderr: SoakStream
  readonly #folder: string | null
  readonly #files: Partial<Record<FileName, string>> = {}

  /** With `specs` null, streams take all that is printed, and no file is written. */
  constructor(specs: readonly string[] | null) {
    const of = (name: string): string =>
      specs?.find(spec => spec.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
    this.stdout = new SoakStream(of('stdout'))
    this.stderr = new SoakStream(of('stderr'))
    const isWritten = FILES.some(name => of(name) !== '')
    this.#folder = isWritten ? makeTemporaryFolder() : null
    for (const name of FILES) {
      if (of(name) === 'full' && existsSync(FULL)) this.#files[name] = FULL
      else if (of(name) !== '') this.#files[name] = join(this.#folder as string, `${name}.json`)
    }
  }

  /** The run's options for its outputs. */
  get options(): {
    stdout: NodeJS.WritableStream
    stderr: NodeJS.WritableStream
    json?: string
    trace?: string
  } {
    return { stdout: this.stdout.stream, stderr: this.stderr.stream, ...this.#files }
  }

  /** The files and streams that, as the record must say, could not be written. */
  get unwritten(): string[] {
    const full = Object.values(this.#files).includes(FULL) ? [FULL] : []
    const streams = [
      { stream: this.stdout, name: 'standard output' },
      { stream: this.stderr, name: 'standard error' },
    ]
    const lost = streams.filter(({ stream: { isStruck, what } }) => isStruck && what !== 'EPIPE')
    return [...full, ...lost.map(({ name }) => name)]
  }

  /** Resolves once the streams have taken all that they will take. */
  async end(): Promise<void> {
    await Promise.all([this.stdout.end(), this.stderr.end()])
  }

  /** What is wrong with the files, or null. */
  complaint(record: RunRecord): string | null {
    for (const [name, path] of Object.entries(this.#files)) {
      if (path === FULL) continue
      try {
        const written = JSON.parse(readFileSync(path, 'utf8')) as Partial<RunRecord>
        if (
          name === 'json' &&
          (written.exit !== record.exit || written.cycles?.length !== record.cycleCount)
        )
          return `the record in its file has exit ${written.exit} and ${written.cycles?.length} cycles, the run ${record.exit} and ${record.cycleCount}`
      } catch (error) {
        return `the file of ${name} cannot be read: ${String(error)}`
      }
    }
    return null
  }

  remove(): void {
    if (this.#folder !== null) removeTemporaryFolder(this.#folder)
  }
}

/** A stream that does what a spec says. */
class SoakStream {
  /** The spec's WHAT. If it is empty, the stream takes all. */
  readonly what: string
  readonly stream: NodeJS.WritableStream
  /** The stream has failed. */
  isStruck = false
  readonly #end: number
  readonly #decoder = new TextDecoder()
  #taken = 0
  #text = ''

  constructor(spec: string) {
    const [what = '', end = 'Infinity'] = spec.split('@')
    this.what = what
    this.#end = Number(end)
    this.stream = this.#streamOf(what)
  }

  get text(): string {
    return this.#text
  }

  /** True if all that the stream was given must be there. */
  get isWhole(): boolean {
    return this.what === '' || this.what === 'slow' || (this.what !== 'stuck' && !this.isStruck)
  }

  async end(): Promise<void> {
    const { stream, what } = this
    if (!(stream instanceof Writable) || what === 'stuck' || stream.destroyed) return
    stream.end()
    await finished(stream)
  }

  #streamOf(what: string): NodeJS.WritableStream {
    if (what === '' || what === 'throws')
      return {
        write: (chunk: Uint8Array) => this.#takeOrThrow(chunk),
      } as unknown as NodeJS.WritableStream
    return new SinkStream(
      (stream, chunk, done) => {
        if (what === 'stuck') return
        const fits = this.#fits(chunk)
        if (fits || what === 'destroyed') this.#take(chunk)
        else this.isStruck = true
        if (what === 'slow') setTimeout(done, PIECE_MS)
        else done(fits || what === 'destroyed' ? null : failureOf(what))
        if (!fits && what === 'destroyed') stream.destroy()
      },
      () => {
        this.isStruck = true
      },
    )
  }

  #fits(chunk: Uint8Array): boolean {
    return this.#taken + chunk.length <= this.#end
  }

  #take(chunk: Uint8Array): void {
    this.#taken += chunk.length
    this.#text += this.#decoder.decode(chunk, { stream: true })
  }

  #takeOrThrow(chunk: Uint8Array): boolean {
    if (!this.#fits(chunk)) {
      this.isStruck = true
      throw failureOf('throws')
    }
    this.#take(chunk)
    return true
  }
}

type Done = (error?: Error | null) => void

/** A stream that reports a write after its end. */
class SinkStream extends Writable {
  readonly #refuse: () => void

  constructor(take: (stream: Writable, chunk: Uint8Array, done: Done) => void, refuse: () => void) {
    super({ write: (chunk: Uint8Array, _, done) => take(this, chunk, done) })
    this.#refuse = refuse
  }

  override write(...given: unknown[]): boolean {
    if (this.destroyed) this.#refuse()
    return Reflect.apply(super.write, this, given)
  }
}

function failureOf(code: string): Error {
  return Object.assign(
    new Error(`${code}: as it was drawn, write`),
    code === 'throws' ? {} : { code },
  )
}
