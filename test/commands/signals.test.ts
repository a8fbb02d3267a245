import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  inScratch,
  type ProcessOptions,
  runCli,
  runNode,
  runProgram,
  threadsFile,
} from '../support/run-cli.ts'
import { isLong, longTest } from '../support/size.ts'

const loops = threadsFile('programs/loops.ts')
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/**
 * Options under which the process is sent signals, one after the other, after its first output on
 * stdout.
 */
function sending(...names: NodeJS.Signals[]): ProcessOptions {
  let kill = (_: NodeJS.Signals): void => {}
  let isSent = false
  return {
    onStart: toKill => {
      kill = toKill
    },
    onOutput: stream => {
      if (isSent || stream !== 'stdout') return
      isSent = true
      names.forEach(kill)
    },
  }
}

describe('a signal ends a run with its record', () => {
  // In the small size those below are enough.
  test.each(isLong ? signals : [])('%s', async signal => {
    const { code, record } = await runProgram(
      [loops, '--procs', '2', '--', 'sleeps'],
      sending(signal),
    )
    expect({ code, error: record.error }).toMatchObject({
      code: 130,
      error: { kind: 'interrupted' },
    })
  })

  test('also if it comes twice, and others with it', async () => {
    // The loop has no safepoint. So the run takes half a second to end, and all signals come
    // before.
    const all = sending('SIGINT', 'SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGINT')
    const { code, record } = await runProgram([loops, '--procs', '2', '--', 'never'], all)
    expect({ code, kind: record.error?.kind }).toEqual({ code: 130, kind: 'interrupted' })
  })

  test('before anything has started: in module code that never ends', async () => {
    await inScratch(async scratch => {
      const program = join(scratch, 'endless.js')
      writeFileSync(
        program,
        "console.log('loading')\nfor (;;);\nexport default function* main() {}\n",
      )
      const { code, record } = await runProgram(
        [program, '--procs', '2'],
        sending('SIGTERM', 'SIGTERM'),
      )
      expect({ code, kind: record.error?.kind }).toEqual({ code: 130, kind: 'interrupted' })
    })
  })

  longTest('while its files are being prepared', async () => {
    await inScratch(async scratch => {
      // A long chain of imports, so that loading takes a while.
      const count = 1500
      for (let at = 0; at < count; at++)
        writeFileSync(
          join(scratch, `m${at}.js`),
          at + 1 < count ? `import './m${at + 1}.js'\n` : '',
        )
      const program = join(scratch, 'chain.js')
      writeFileSync(
        program,
        "import './m0.js'\nexport default function* main() { console.log('ran') }\n",
      )
      const temporary = join(scratch, 'temporary')
      mkdirSync(temporary)
      let kill = (_: NodeJS.Signals): void => {}
      // The run's folder exists, so the run has begun.
      const watch = setInterval(() => {
        if (readdirSync(temporary).some(name => readdirSync(join(temporary, name)).length > 0))
          kill('SIGINT')
      }, 5)
      const { code, stdout, record } = await runProgram([program, '--procs', '1'], {
        env: { TMPDIR: temporary },
        onStart: toKill => {
          kill = toKill
        },
      }).finally(() => clearInterval(watch))
      expect({ code, stdout, kind: record.error?.kind }).toEqual({
        code: 130,
        stdout: '',
        kind: 'interrupted',
      })
      expect(readdirSync(temporary)).toEqual([])
    })
  })
})

/** A line for each P, and one for each goroutine with what it does. */
function expectDump(stderr: string): void {
  expect(stderr).toMatch(/^P 0 .*goroutine/m)
  expect(stderr).toMatch(/^P 2 sleeps/m)
  expect(stderr).toMatch(/^goroutine 1 \(main\) \[channel receive on \d+\], on P \d$/m)
  expect(stderr).toMatch(/^goroutine 2 \(sender\) \[channel send on \d+\], on P \d$/m)
  expect(stderr).toMatch(
    /^goroutine 3 \(a name with spaces \(and brackets\)\) \[sleep\], on P \d$/m,
  )
  expect(stderr).toMatch(/^goroutine 4 \(busy\\n\) \[running\], on P \d$/m)
}

const asked = threadsFile('programs/asked.ts')

longTest('SIGQUIT prints what every P and every goroutine does, and ends the run', async () => {
  const { code, record, stderr } = await runProgram([asked, '--procs', '3'], sending('SIGQUIT'))
  expect({ code, kind: record.error?.kind }).toEqual({ code: 130, kind: 'interrupted' })
  expectDump(stderr)
  expect(stderr).toMatch(/\ninterrupted\n/)
})

longTest('of very many goroutines some are told, and the rest counted', async () => {
  const { stderr } = await runProgram([asked, '--procs', '3', '--', '5000'], sending('SIGQUIT'))
  expectDump(stderr)
  expect(stderr.match(/^goroutine /gm)).toHaveLength(1000)
  expect(stderr).toMatch(/^… and 4004 more$/m)
})

test('--dump-on prints it as often as it is asked, and the run goes on', async () => {
  let kill = (_: NodeJS.Signals): void => {}
  let dumps = 0
  const { code, stderr } = await runProgram([asked, '--procs', '3', '--dump-on', 'SIGUSR2'], {
    onStart: toKill => {
      kill = toKill
    },
    onOutput: (stream, text) => {
      if (stream === 'stderr') dumps += text.split(/^stop raised/m).length - 1
      kill(dumps < 3 ? 'SIGUSR2' : 'SIGTERM')
    },
  })
  expect(code).toBe(130)
  expect(stderr.match(/^stop raised/gm)?.length).toBeGreaterThanOrEqual(3)
  expectDump(stderr)
})

test('a run that does not end soon after a signal is ended, and says so', async () => {
  await inScratch(async scratch => {
    const script = `import { interruptible } from '${new URL('../../dist/runtime/host/signals.js', import.meta.url).href}'
      setInterval(() => {}, 1000)
      await interruptible(() => {
        console.log('begun')
        return new Promise(() => {})
      }, 100)`
    const args = ['--input-type=module', '--eval', script]
    const { code, stderr } = await runNode(args, sending('SIGINT', 'SIGINT'), scratch)
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: 'sawtooth: not over 0.1 s after SIGINT: ended without the rest\n',
    })
  })
})

describe('temporary folders', () =>
  test('of dead processes are swept, and nothing else', async () => {
    await inScratch(async scratch => {
      const [temporary, outputs] = [join(scratch, 'temporary'), join(scratch, 'outputs')]
      for (const folder of [temporary, outputs]) mkdirSync(folder)
      const env = { TMPDIR: temporary }
      const whileItLives = async (): Promise<string> => {
        const { code } = await runCli(['run', 'examples/hello.ts'], { env })
        expect(code).toBe(0)
        return readdirSync(temporary).join()
      }
      let kill = (_: NodeJS.Signals): void => {}
      let during: Promise<string> | null = null
      const killed = runNode(
        [
          'bin/sawtooth.js',
          'run',
          loops,
          '--procs',
          '2',
          '--json',
          join(outputs, 'a.json'),
          '--',
          'sleeps',
        ],
        {
          env,
          onStart: toKill => {
            kill = toKill
          },
          onOutput: () => {
            during ??= whileItLives().finally(() => kill('SIGKILL'))
          },
        },
        scratch,
      )
      await expect(killed).rejects.toThrow('killed by SIGKILL')
      const left = (await during) as unknown as string
      expect(left).toMatch(/^sawtooth-\d+-\d+-[0-9a-f]{8}-\w+$/)
      expect(readdirSync(temporary)).toEqual([left])

      // Named like a dead owner's, but a link, a file, and a folder of an unknown machine.
      const keep = join(scratch, 'keep')
      mkdirSync(keep)
      writeFileSync(join(keep, 'file'), '')
      const [, pid, , machine] = left.split('-')
      symlinkSync(keep, join(temporary, `sawtooth-${pid}-1-${machine}-link00`))
      symlinkSync(keep, join(temporary, left, 'link'))
      writeFileSync(join(temporary, `sawtooth-${pid}-1-${machine}-file00`), '')
      mkdirSync(join(temporary, `sawtooth-${pid}-1-00000000-other0`))
      mkdirSync(join(temporary, 'sawtooth-mine'))
      expect(readdirSync(outputs)).toEqual([
        expect.stringMatching(`^\\.sawtooth-${pid}-\\d+-${machine}-\\w+$`),
      ])
      const again = [
        'bin/sawtooth.js',
        'run',
        'examples/hello.ts',
        '--json',
        join(outputs, 'b.json'),
      ]
      expect(await runNode(again, { env }, scratch)).toMatchObject({ code: 0 })
      expect(readdirSync(outputs)).toEqual(['b.json'])
      expect(readdirSync(temporary).sort()).toEqual(
        [
          `sawtooth-${pid}-1-00000000-other0`,
          `sawtooth-${pid}-1-${machine}-file00`,
          `sawtooth-${pid}-1-${machine}-link00`,
          'sawtooth-mine',
        ].sort(),
      )
      expect(readdirSync(keep)).toEqual(['file'])
    })
  }))
