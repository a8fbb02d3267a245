import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectPrinted } from '../support/printed.ts'
import { inScratch, runProgram, threadsFile } from '../support/run-cli.ts'
import { isLong, longTest } from '../support/size.ts'

const prints = threadsFile('programs/prints.ts')

describe('console', () => {
  test('of a task that is busy is seen while it is', async () => {
    await inScratch(async scratch => {
      // It is busy until its first line has been seen.
      const seen = join(scratch, 'seen')
      const { code, stdout } = await runProgram([threadsFile('programs/busy.ts'), '--procs', '2'], {
        env: { WAITS_FOR: seen },
        onOutput: (_, text) => {
          if (text.includes('begin')) writeFileSync(seen, '')
        },
      })
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'begin\nend\n' })
    })
  })

  longTest('of four Ps keeps the order of each, and prints what modules print once', async () => {
    const { code, stdout, stderr } = await runProgram([
      prints,
      '--procs',
      '4',
      '--',
      'lines',
      '2000',
    ])
    expect(code).toBe(0)
    expectPrinted(stdout, stderr, 4, 2000)
  })

  test('of 10 MB in one call comes through a slow pipe complete', async () => {
    const bytes = 10_000_000
    const { code, stdout } = await runProgram(
      [prints, '--procs', '2', '--', 'once', String(bytes)],
      {
        stdoutBytesPerSecond: isLong ? 6_000_000 : 12_000_000,
      },
    )
    const lines = stdout.split('\n')
    expect({ code, lines: lines.length }).toEqual({ code: 0, lines: bytes / 64 + 4 })
    const wrong = lines
      .slice(1, -3)
      .findIndex((line, index) => line !== String(index).padStart(63, 'ä'))
    expect(wrong).toBe(-1)
    expect(lines.slice(-3)).toEqual(['', 'after it', ''])
  })

  longTest('of several Ps that print faster than a slow pipe is read loses nothing', async () => {
    const lines = isLong ? 10_000 : 5000
    const { code, stdout, stderr } = await runProgram(
      [prints, '--procs', '3', '--', 'lines', String(lines)],
      {
        stdoutBytesPerSecond: 1_500_000,
      },
    )
    expect(code).toBe(0)
    expectPrinted(stdout, stderr, 3, lines)
  })

  test('to a pipe that its reader has closed ends the run, as SIGPIPE ends a program of Go', async () => {
    const args = [prints, '--procs', '2', '--', 'lines', '1000000000']
    const { code, record } = await runProgram(args, { closesStdout: true })
    expect({ code, kind: record.error?.kind }).toEqual({ code: 130, kind: 'interrupted' })
  })
})
