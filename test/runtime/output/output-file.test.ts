import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OutputError } from '../../../runtime/errors/output-error.ts'
import { outputFile } from '../../../runtime/options/output-option.ts'
import { openOutput, writeOutput } from '../../../runtime/output/output-file.ts'
import { inputGuard, refuseOverwriting } from '../../../runtime/output/output-paths.ts'

let directory: string
const at = (name: string): string => join(directory, name)
const textOf = (name: string): string => readFileSync(at(name), 'utf8')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'output-test-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

describe('a file', () => {
  test('has its name once it is whole; until then what was there stays', async () => {
    writeFileSync(at('a'), 'old')
    const file = openOutput(at('a'))
    for (let piece = 0; piece < 1000; piece++) file.write('x'.repeat(1000))
    expect(textOf('a')).toBe('old')
    await file.finish()
    expect(textOf('a')).toBe('x'.repeat(1_000_000))
    expect(readdirSync(directory)).toEqual(['a'])
  })

  test('that is not wanted any more leaves nothing behind', () => {
    writeFileSync(at('a'), 'old')
    const file = openOutput(at('a'))
    file.write('x'.repeat(100_000))
    file.discard()
    expect(readdirSync(directory)).toEqual(['a'])
    expect(textOf('a')).toBe('old')
  })

  test('keeps its mode, and a new one has that of any new file', async () => {
    writeFileSync(at('a'), 'old')
    chmodSync(at('a'), 0o640)
    await writeOutput(at('a'), 'new')
    expect(statSync(at('a')).mode & 0o777).toBe(0o640)
    await writeOutput(at('b'), 'new')
    writeFileSync(at('c'), 'new')
    expect(statSync(at('b')).mode).toBe(statSync(at('c')).mode)
  })

  test('behind a link is the one that is replaced, and the link stays one; also where there is none yet', async () => {
    mkdirSync(at('elsewhere'))
    writeFileSync(at('elsewhere/a'), 'old')
    for (const name of ['a', 'new']) {
      symlinkSync(join('elsewhere', name), at(name))
      await writeOutput(at(name), 'new')
      expect(textOf(`elsewhere/${name}`)).toBe('new')
      expect(
        readdirSync(directory, { withFileTypes: true })
          .find(entry => entry.name === name)
          ?.isSymbolicLink(),
      ).toBe(true)
    }
  })

  test('with a name as long as names may be is written all the same', async () => {
    const name = 'n'.repeat(255)
    await writeOutput(at(name), 'new')
    expect(textOf(name)).toBe('new')
  })

  test('never is one of those that lie there under a name of ours', async () => {
    const taken = `.sawtooth-${process.pid}-`
    writeFileSync(at(taken), 'mine')
    writeFileSync(at('a.new'), 'mine too')
    await writeOutput(at('a'), 'new')
    expect([textOf(taken), textOf('a.new')]).toEqual(['mine', 'mine too'])
  })

  test('whose directory is gone cannot be opened', () => {
    expect(() => openOutput(at('none/a'))).toThrow(
      new OutputError(at('none/a'), 'no such file or directory (ENOENT)'),
    )
  })
})

describe('a disk without room', () => {
  test('is told by file and reason', async () => {
    await expect(writeOutput('/dev/full', 'x')).rejects.toThrow(
      new OutputError('/dev/full', 'no space left on device (ENOSPC)'),
    )
  })
})

describe('a path that is no regular file is written in place', () => {
  test('a device', async () => {
    await writeOutput('/dev/null', 'x'.repeat(100_000))
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('a pipe with a name, whose reader may come later', async () => {
    execFileSync('mkfifo', [at('fifo')])
    const written = writeOutput(at('fifo'), 'through a pipe')
    const reader = openSync(at('fifo'), 'r+')
    await written
    const bytes = Buffer.alloc(100)
    expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('through a pipe')
    closeSync(reader)
    expect(statSync(at('fifo')).isFIFO()).toBe(true)
  })

  test('a pipe that nobody reads is given up when it is asked for', async () => {
    execFileSync('mkfifo', [at('fifo')])
    const file = openOutput(at('fifo'))
    file.write('x')
    file.giveUp()
    await expect(file.finish()).rejects.toThrow(`${at('fifo')} cannot be written: nobody reads it`)
  })
})

describe('before anything is opened it is refused', () => {
  const refusing = (name: string): string => {
    try {
      return String(outputFile({ name: '--json', value: at(name) }))
    } catch (error) {
      return (error as Error).message
    }
  }

  test('to write a directory, or where there is none', () => {
    mkdirSync(at('folder'))
    expect(refusing('folder')).toBe(`--json must be a file: ${at('folder')} is a directory`)
    expect(refusing('none/a')).toMatch(
      /^--json: .* cannot be made: its directory is missing or cannot be written$/,
    )
    symlinkSync(at('none/a'), at('dangling'))
    expect(refusing('dangling')).toMatch(
      /^--json: .*dangling cannot be made: its directory is missing/,
    )
  })

  test('to follow links that lead to themselves, or a name that is too long', () => {
    symlinkSync(at('loop'), at('loop'))
    expect(refusing('loop')).toMatch(/^--json: .* cannot be written: .*ELOOP/)
    expect(refusing('n'.repeat(256))).toMatch(
      /^--json: .* cannot be written: name too long \(ENAMETOOLONG\)$/,
    )
  })

  test('to write two outputs to one file, by whatever names', () => {
    writeFileSync(at('a'), '')
    linkSync(at('a'), at('hard'))
    symlinkSync(at('a'), at('soft'))
    mkdirSync(at('folder'))
    symlinkSync(at('folder'), at('same-folder'))
    const refused = (one: string, other: string) => () =>
      refuseOverwriting([
        { name: '--json', path: one },
        { name: '--trace', path: other },
      ])
    for (const [one, other] of [
      ['a', 'a'],
      ['a', 'hard'],
      ['soft', 'a'],
      ['new', 'new'],
      ['folder/new', 'same-folder/new'],
    ] as const)
      expect(refused(at(one), at(other)), `${one} ${other}`).toThrow(
        `--json and --trace are the same file: ${at(other)}`,
      )
    refused(at('a'), at('new'))()
    refused('/dev/null', '/dev/null')()
  })

  test('to write what is read', () => {
    writeFileSync(at('program.js'), '')
    linkSync(at('program.js'), at('hard.js'))
    const guard = inputGuard([{ name: '--json', path: at('hard.js') }])
    expect(() => guard({ name: 'the program', path: at('program.js') })).toThrow(
      `--json would overwrite the program: ${at('program.js')}`,
    )
    guard({ name: 'the program', path: at('another.js') })
    expect(existsSync(at('program.js'))).toBe(true)
  })
})
