// On a real pipe with a name, whose reader is this process.
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DescriptorQueue, type Writer } from '../../../runtime/output/descriptor-queue.ts'

const { O_WRONLY, O_RDONLY, O_NONBLOCK } = constants
/** More than any pipe holds. */
const MUCH = 1 << 20

let directory: string
let reader: number
let queue: DescriptorQueue
let errors: (string | undefined)[]
const writer: Writer = { outputFailed: ({ code }) => errors.push(code) }

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'queue-test-'))
  const fifo = join(directory, 'fifo')
  execFileSync('mkfifo', [fifo])
  reader = openSync(fifo, O_RDONLY | O_NONBLOCK)
  queue = new DescriptorQueue(() => openSync(fifo, O_WRONLY | O_NONBLOCK))
  errors = []
})
afterEach(() => {
  queue.giveUp(writer)
  queue.close()
  if (reader >= 0) closeSync(reader)
  rmSync(directory, { recursive: true })
})

/** What is in the pipe. */
function read(): string {
  const bytes = Buffer.alloc(1 << 16)
  try {
    return bytes.toString('utf8', 0, readSync(reader, bytes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return ''
    throw error
  }
}

const text = (name: string): Buffer => Buffer.from(name)

test('what is written arrives in order, however small or large the pieces are', async () => {
  const pieces = Array.from(
    { length: 600 },
    (_, index) => `${index} ${'.'.repeat((index * 37) % 3000)}\n`,
  )
  for (const piece of pieces) queue.write(text(piece), writer)
  let all = ''
  const over = queue.flushed().then(() => true)
  for (let isOver = false; !isOver; isOver = await Promise.race([over, delay(1, false)]))
    all += read()
  for (let rest = read(); rest !== ''; rest = read()) all += rest
  expect(all).toBe(pieces.join(''))
  expect(errors).toEqual([])
})

test('a pipe that nobody reads holds up nobody: what waits is counted, and the rest goes when there is room', async () => {
  queue.write(Buffer.alloc(MUCH, 'a'), writer)
  expect(queue.isFull).toBe(true)
  const { waiting } = queue
  expect(waiting).toBeGreaterThan(0)
  expect(waiting).toBeLessThan(MUCH)
  const room = queue.room()
  let taken = 0
  while (queue.isFull) {
    taken += read().length
    await delay(1)
  }
  await room
  expect(taken).toBeGreaterThan(0)
})

test('what one writer gives up is forgotten, and what another has written is not', async () => {
  const other: Writer = { outputFailed: ({ code }) => errors.push(`other ${code}`) }
  queue.write(Buffer.alloc(MUCH, 'a'), writer)
  queue.write(text('from another'), other)
  expect(queue.giveUp(writer)).toBe(true)
  expect(queue.waiting).toBe('from another'.length)
  expect(queue.giveUp(writer)).toBe(false)
  const over = queue.flushed()
  let all = ''
  for (let part = read(); !all.endsWith('from another'); part = read()) {
    all += part
    await delay(1)
  }
  await over
  expect(errors).toEqual([])
})

test('when a reader goes, each that waits for it is told once', async () => {
  const other: Writer = { outputFailed: ({ code }) => errors.push(`other ${code}`) }
  queue.write(Buffer.alloc(MUCH), writer)
  queue.write(text('more'), writer)
  queue.write(text('more'), other)
  closeSync(reader)
  reader = -1
  await queue.flushed()
  expect(errors).toEqual(['EPIPE', 'other EPIPE'])
  expect(queue.waiting).toBe(0)
})

test('a descriptor that is not there yet is waited for', async () => {
  let isThere = false
  const fifo = join(directory, 'fifo')
  const late = new DescriptorQueue(() => (isThere ? openSync(fifo, O_WRONLY | O_NONBLOCK) : null))
  late.write(text('early'), writer)
  await delay(5)
  expect(late.waiting).toBe(5)
  isThere = true
  await late.flushed()
  expect(read()).toBe('early')
  late.close()
})

test('a full disk is reported, and the next text is tried again', async () => {
  const full = new DescriptorQueue(() => openSync('/dev/full', O_WRONLY))
  full.write(text('one'), writer)
  full.write(text('two'), writer)
  expect(errors).toEqual(['ENOSPC', 'ENOSPC'])
  await full.flushed()
  full.close()
})
