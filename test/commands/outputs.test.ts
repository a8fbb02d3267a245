// Outputs that cannot be written: a full disk, a closed pipe, a reader that does not read, a file
// that is something else already.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { noResults } from '../support/overrun-results.ts'
import { inScratch, recordIn, runNode, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, longTest, sampled } from '../support/size.ts'

const cli = fileURLToPath(new URL('../../bin/sawtooth.js', import.meta.url))
const hello = fileURLToPath(new URL('../../examples/hello.ts', import.meta.url))
const collects = threadsFile('programs/collects.ts')
const results = fileURLToPath(new URL('../../dist/lab/write-results.js', import.meta.url))
/** A command of the tests, built. */
const command = (name: string): string =>
  fileURLToPath(new URL(`../../dist/test/${name}/main.js`, import.meta.url))
const NO_SPACE = 'no space left on device (ENOSPC)'

interface Answer {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a line of the shell in a folder. `$SAWTOOTH` is the command line. A command that hangs is
 * ended.
 */
function shell(line: string, folder: string): Answer {
  const env = { ...process.env, SAWTOOTH: `${process.execPath} ${cli}`, TMPDIR: folder }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: folder,
    env,
    timeout: HANG_MS,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

const greetings = ['Hello, gophers!', 'Hello, tasks!', 'Hello, world!']
const linesOf = (text: string): string[] => text.trimEnd().split('\n').sort()

describe('a run on a full disk', () => {
  test('goes on without its trace, says so once, and is exit 4 with its record', async () => {
    await inScratch(async folder => {
      const { code, stdout, stderr } = shell(
        `$SAWTOOTH run ${hello} --trace /dev/full --json a.json`,
        folder,
      )
      expect({ code, stdout: linesOf(stdout) }).toEqual({ code: 4, stdout: greetings })
      expect(stderr.match(/^sawtooth: .*$/gm)).toEqual([
        `sawtooth: /dev/full cannot be written: ${NO_SPACE}`,
      ])
      expect(stderr).not.toContain('    at ')
      expect(stderr).toMatch(/^allocated /m)
      expect(recordIn(join(folder, 'a.json'))).toMatchObject({
        exit: 4,
        error: { kind: 'output', message: `/dev/full cannot be written: ${NO_SPACE}` },
        unwritten: [{ file: '/dev/full', why: NO_SPACE }],
      })
    })
  })

  test('leaves the old record as it was, and nothing beside it', async () => {
    await inScratch(async folder => {
      writeFileSync(join(folder, 'a.json'), 'yesterday')
      // Blocks are 512 or 1024 bytes: less than a record, more than the copy of the program.
      const { code, stdout, stderr } = shell(
        `ulimit -f 4; exec $SAWTOOTH run ${hello} --json a.json`,
        folder,
      )
      expect({ code, stdout: linesOf(stdout) }).toEqual({ code: 4, stdout: greetings })
      expect(stderr).toMatch(/^sawtooth: .*a\.json cannot be written: file too large \(EFBIG\)$/m)
      expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe('yesterday')
      expect(readdirSync(folder)).toEqual(['a.json'])
    })
  })

  longTest('that fails by itself keeps its own exit code', async () => {
    await inScratch(async folder => {
      const throws = threadsFile('programs/throws.ts')
      const { code, stderr } = shell(
        `$SAWTOOTH run ${throws} --trace /dev/full --json a.json`,
        folder,
      )
      expect(code).toBe(1)
      expect(stderr).toContain(`/dev/full cannot be written: ${NO_SPACE}`)
      const record = recordIn(join(folder, 'a.json'))
      expect(record).toMatchObject({
        exit: 1,
        error: { kind: 'program' },
        unwritten: [{ file: '/dev/full' }],
      })
    })
  })

  longTest('ends when its standard output takes no more', async () => {
    await inScratch(async folder => {
      const line = `$SAWTOOTH run ${threadsFile('programs/prints.ts')} --json a.json -- lines 1000000000 >/dev/full`
      const { code, stderr } = shell(line, folder)
      expect(code, stderr).toBe(4)
      expect(stderr).toMatch(
        /^sawtooth: standard output cannot be written: no space left on device \(ENOSPC\)$/m,
      )
      expect(recordIn(join(folder, 'a.json'))).toMatchObject({
        exit: 4,
        unwritten: [{ file: 'standard output' }],
      })
    })
  })

  test('cannot start where its temporary files have no room: one line', async () => {
    await inScratch(async folder => {
      const program = join(folder, 'large.js')
      writeFileSync(program, `export default function* main() {}\n//${'x'.repeat(10_000)}\n`)
      const { code, stdout, stderr } = shell(
        `ulimit -f 4; exec $SAWTOOTH run large.js --json a.json`,
        folder,
      )
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
      expect(stderr).toMatch(/^sawtooth: \S+\.mjs cannot be written: file too large \(EFBIG\)\n$/)
      expect(readdirSync(folder)).toEqual(['large.js'])
    })
  })
})

describe('streams that fail', () => {
  const unheard = [
    ['a reader that has gone', '2>&1 >out | true', 0],
    ['a full disk', '2>/dev/full', 4],
  ] as const
  test.each(sampled(unheard, 2))('standard error: %s', async (_, where, code) => {
    await inScratch(async folder => {
      shell(`{ $SAWTOOTH run ${hello}; echo $? >code; } ${where}`, folder)
      expect(readFileSync(join(folder, 'code'), 'utf8')).toBe(`${code}\n`)
      // The summary is lost; a trace before it is lost while there is a record to say so.
      shell(
        `{ $SAWTOOTH run ${collects} --gctrace --json a.json -- 20; echo $? >code; } ${where}`,
        folder,
      )
      expect(readFileSync(join(folder, 'code'), 'utf8')).toBe(`${code}\n`)
      const unwritten = code === 0 ? [] : [{ file: 'standard error', why: NO_SPACE }]
      expect(recordIn(join(folder, 'a.json'))).toMatchObject({
        exit: code,
        cycleCount: 20,
        unwritten,
      })
      if (!isLong) return
      // A run that also goes wrong in another way keeps the exit code of that.
      shell(
        `{ $SAWTOOTH run ${threadsFile('programs/throws.ts')}; echo $? >code; } ${where}`,
        folder,
      )
      expect(readFileSync(join(folder, 'code'), 'utf8')).toBe('1\n')
    })
  })

  test('text of a command that cannot be printed is exit 4, and one that nobody reads is none', async () => {
    await inScratch(async folder => {
      const full = shell('$SAWTOOTH --help >/dev/full', folder)
      expect(full).toEqual({
        ...{ code: 4, stdout: '' },
        stderr: `sawtooth: standard output cannot be written: ${NO_SPACE}\n`,
      })
      expect(shell('{ $SAWTOOTH run --help; echo $? >&2; } | true', folder).stderr).toBe('0\n')
    })
  })

  longTest(
    'a simulation that nobody reads any more ends, and one on a full disk is exit 4',
    async () => {
      await inScratch(async folder => {
        const sim = '$SAWTOOTH pacers sim --pacer fixed --engine stepped --scenario stepped/steady'
        expect(shell(`{ ${sim}; echo $? >&2; } | head -1`, folder)).toMatchObject({
          stdout: /^cycle,/,
          stderr: /^0$/m,
        })
        for (const where of ['>/dev/full', '--csv /dev/full', '--json /dev/full']) {
          const { code, stderr } = shell(`${sim} ${where}`, folder)
          expect(code, where).toBe(4)
          expect(stderr).toMatch(
            /^sawtooth: .* cannot be written: no space left on device \(ENOSPC\)$/m,
          )
        }
      })
    },
  )
})

describe('a lab whose results cannot be written', () => {
  test('prints its tables all the same, and is exit 4', async () => {
    await inScratch(async folder => {
      const league =
        '$SAWTOOTH pacers league --pacers fixed --scenarios stepped/steady --engines stepped'
      const { code, stdout, stderr } = shell(
        `${league} --json /dev/full --report league.html`,
        folder,
      )
      // On a slow machine the league reports its progress.
      const said = stderr.replaceAll(/^\d+ of \d+.*\n/gm, '')
      expect({ code, said }).toEqual({
        code: 4,
        said: `sawtooth: /dev/full cannot be written: ${NO_SPACE}\n`,
      })
      expect(stdout).toContain('fixed')
      // A file that cannot be written does not keep the others from being written.
      expect(readFileSync(join(folder, 'league.html'), 'utf8')).toContain('</html>')
    })
  })

  longTest('says so for a report', async () => {
    await inScratch(async folder => {
      writeFileSync(join(folder, 'a.json'), JSON.stringify(noResults))
      const { code, stdout, stderr } = shell(
        '$SAWTOOTH overrun report a.json --report /dev/full',
        folder,
      )
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
      expect(stderr).toBe(`sawtooth: /dev/full cannot be written: ${NO_SPACE}\n`)
    })
  })

  test.each([
    ['a criterion that fails keeps its exit code', 1, 1],
    ['what was well is exit 4', 0, 4],
  ])('%s', async (_, code, wanted) => {
    await inScratch(async folder => {
      const script = `
        const { writeResults } = await import('${results}')
        process.exitCode = await writeResults(${code}, [{ path: '/dev/full', text: () => 'x' }, { path: null }])`
      const result = await runNode(['--input-type=module', '-e', script], {}, folder)
      expect(result.code).toBe(wanted)
      expect(result.stderr).toBe(`sawtooth: /dev/full cannot be written: ${NO_SPACE}\n`)
    })
  })

  test.each(sampled(['overrun costs --json', 'overrun --campaign'], 2))(
    '%s: is told before anything is measured, where it can be known',
    async command => {
      await inScratch(async folder => {
        const { code, stdout, stderr } = shell(`$SAWTOOTH ${command} none/a.json`, folder)
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
        expect(stderr).toMatch(
          /^sawtooth: --\w+: .*a\.json cannot be made: its directory is missing or cannot be written\n$/,
        )
      })
    },
  )
})

describe('an output', () => {
  test('never overwrites the program: exit 2, one line, and it is as it was', async () => {
    await inScratch(async folder => {
      copyFileSync(hello, join(folder, 'p.ts'))
      const outputs = [
        ['--json p.ts', /^sawtooth: --json would overwrite the program: .*p\.ts\n$/],
        ['--json out >out', /^sawtooth: standard output and --json are the same file: .*out\n$/],
      ] as const
      for (const [args, message] of sampled(outputs, 2)) {
        const { code, stderr } = shell(`$SAWTOOTH run p.ts ${args}`, folder)
        expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) })
      }
      expect(readFileSync(join(folder, 'p.ts'), 'utf8')).toBe(readFileSync(hello, 'utf8'))
    })
  })

  longTest(
    'of a run with a schedule, or of a command that looks for faults, overwrites nothing that it reads',
    async () => {
      await inScratch(async folder => {
        copyFileSync(hello, join(folder, 'p.ts'))
        writeFileSync(join(folder, 'order.json'), '[]')
        writeFileSync(
          join(folder, 'import.js'),
          "import './inner.js'\nexport default function* main() {}\n",
        )
        writeFileSync(join(folder, 'inner.js'), 'export default 1\n')
        const before = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
        const controlled = `${process.execPath} --conditions=controlled`
        const run = `${controlled} ${cli} run p.ts --procs 2 --schedule replay:order.json`
        const hunt = `${controlled} ${command('hunt')}`
        for (const [line, message] of [
          [`${run} --json order.json`, '--json would overwrite the order of --schedule: '],
          [`${run} --trace ./order.json`, '--trace would overwrite the order of --schedule: '],
          [`${hunt} p.ts --order p.ts`, '--order would overwrite the program: '],
          [
            `${hunt} import.js --order inner.js`,
            '--order would overwrite a file that is imported: ',
          ],
          [
            `${hunt} p.ts --schedule replay:order.json --order order.json`,
            '--order would overwrite the order of ',
          ],
          [
            `node ${command('soak')} --tally a.json --failure a.json`,
            '--failure and --tally are the same file: ',
          ],
          [`node ${command('soak')} --tally order.json`, 'order.json is no tally of a soak'],
          [
            `node ${command('mutants')} --json order.json`,
            '--json order.json: there is no tally in it',
          ],
          [`node ${command('explore')} --json none/a.json`, '--json: '],
        ] as const) {
          const { code, stderr } = shell(line, folder)
          expect({ line, code, stderr }).toEqual({
            line,
            code: 2,
            stderr: expect.stringContaining(message),
          })
          expect(stderr).toMatch(/^[\w:]+: [^\n]*\n$/)
        }
        expect(readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))).toEqual(
          before,
        )
      })
    },
  )

  longTest('goes to a device, a pipe, or standard output as it is', async () => {
    await inScratch(async folder => {
      expect(shell(`$SAWTOOTH run ${hello} --json /dev/null --trace /dev/null`, folder).code).toBe(
        0,
      )
      const piped = shell(`$SAWTOOTH run ${collects} --json /dev/stdout -- 3 | tail -n +2`, folder)
      expect((JSON.parse(piped.stdout) as RunRecord).cycleCount).toBe(3)
      shell(`$SAWTOOTH run ${collects} --json /dev/stdout -- 3 >out`, folder)
      const [first, ...rest] = readFileSync(join(folder, 'out'), 'utf8').split('\n')
      expect(first).toBe('3 collections')
      expect((JSON.parse(rest.join('\n')) as RunRecord).exit).toBe(0)
      const named = shell(
        `mkfifo pipe; cat pipe >got & $SAWTOOTH run ${collects} --json pipe -- 3; wait`,
        folder,
      )
      expect(named.code).toBe(0)
      expect(
        (JSON.parse(readFileSync(join(folder, 'got'), 'utf8')) as RunRecord).cycles.length,
      ).toBe(3)
    })
  })
})

/** A file system of 64 KiB, or null where none can be mounted. */
const canMount =
  spawnSync('sh', [
    '-c',
    'd=$(mktemp -d) && mount -t tmpfs -o size=64k none $d && umount $d && rmdir $d',
  ]).status === 0

const orSkipped = canMount ? '' : ' (skipped: there is no right to mount a disk)'

/** A test on a disk of its own. The small size has a limit on the size of files instead. */
const mountedTest = isLong ? test.skipIf(!canMount) : longTest

mountedTest(`a disk that fills up during a run${orSkipped}`, async () => {
  await inScratch(async folder => {
    const disk = join(folder, 'disk')
    shell(`mkdir disk && mount -t tmpfs -o size=64k none disk`, folder)
    try {
      writeFileSync(join(disk, 'a.json'), 'yesterday')
      const { code, stdout, stderr } = shell(
        `$SAWTOOTH run ${collects} --procs 1 --json disk/a.json -- 500`,
        folder,
      )
      expect({ code, stdout }).toEqual({ code: 4, stdout: '500 collections\n' })
      expect(stderr.match(/^sawtooth: .*$/gm)).toEqual([
        `sawtooth: ${disk}/a.json cannot be written: ${NO_SPACE}`,
      ])
      expect(stderr).toMatch(/^cycles +500 /m)
      expect(readdirSync(disk)).toEqual(['a.json'])
      expect(readFileSync(join(disk, 'a.json'), 'utf8')).toBe('yesterday')
      // And one without room for a temporary directory's files.
      shell(`cat /dev/zero >disk/full`, folder)
      const temporary = shell(`TMPDIR=$PWD/disk $SAWTOOTH run ${hello}`, folder)
      expect(temporary.code).toBe(4)
      expect(temporary.stderr).toMatch(
        /^sawtooth: .* cannot be written: no space left on device \(ENOSPC\)\n$/,
      )
      expect(readdirSync(disk).sort()).toEqual(['a.json', 'full'])
    } finally {
      shell('umount disk', folder)
    }
  })
})

mountedTest(
  `a file that is mounted is overwritten if its disk has room, and else stays${orSkipped}`,
  async () => {
    await inScratch(async folder => {
      const mounted = join(folder, 'a.json')
      shell(`mkdir disk && mount -t tmpfs -o size=64k none disk && touch a.json disk/a`, folder)
      try {
        writeFileSync(join(folder, 'disk/a'), 'yesterday')
        shell(`mount --bind disk/a a.json`, folder)
        const full = shell(`$SAWTOOTH run ${collects} --procs 1 --json a.json -- 500`, folder)
        expect(full.stderr).toContain(`sawtooth: ${mounted} cannot be written: ${NO_SPACE}\n`)
        expect([full.code, readFileSync(mounted, 'utf8')]).toEqual([4, 'yesterday'])
        expect(shell(`$SAWTOOTH run ${collects} --procs 1 --json a.json -- 3`, folder).code).toBe(0)
        expect(recordIn(mounted)).toMatchObject({ exit: 0, cycleCount: 3 })
        expect(readdirSync(folder).sort()).toEqual(['a.json', 'disk'])
      } finally {
        shell('umount a.json; umount disk', folder)
      }
    })
  },
)

describe('a host', () => {
  interface Told {
    readonly exit: number
    readonly kind: string | null
    readonly unwritten: readonly { readonly file: string }[]
    readonly cycleCount: number
    readonly numbers: readonly number[]
    readonly seen: readonly number[]
    readonly uncaught: number
  }
  const all = Array.from({ length: 20 }, (_, index) => index + 1)
  const ask = async (what: string): Promise<Told> =>
    inScratch(async folder => {
      const script = threadsFile('programs/host-outputs.ts')
      const { answer, code } = await runHost<Told>(script, [what, collects, join(folder, 'a.json')])
      expect(code).toBe(0)
      if (what === 'trace')
        expect(recordIn(join(folder, 'a.json'))).toMatchObject({ exit: 4, cycleCount: 20 })
      return answer
    })

  const failing = [
    ['trace', 4, 'output', ['/dev/full']],
    ['json', 4, 'output', ['/dev/full']],
    ['both', 4, 'output', ['/dev/full']],
    ['stderr', 4, 'output', ['standard error']],
  ] as const
  test.each(sampled(failing, 4))(
    'lives when %s fails, and learns what from the record of its run',
    async (what, exit, kind, files) => {
      const told = await ask(what)
      expect(told).toMatchObject({
        exit,
        kind,
        cycleCount: 20,
        numbers: all,
        seen: all,
        uncaught: 0,
      })
      expect(told.unwritten.map(({ file }) => file)).toEqual(files)
    },
  )

  test.each(sampled(['stdout', 'destroyed', 'closed'], 3))(
    'whose own stream fails lives, and its run is ended, or over: %s',
    async what => {
      const told = await ask(what)
      expect(told.uncaught).toBe(0)
      // The program prints last of all: the run may be over by then.
      if (what === 'closed') expect([0, 130]).toContain(told.exit)
      else expect(told).toMatchObject({ exit: 4, kind: 'output' })
    },
  )

  longTest(
    'gets as many of the newest cycles as it asks for, and sees all as they come',
    async () => {
      expect(await ask('kept')).toMatchObject({
        exit: 0,
        cycleCount: 20,
        numbers: [18, 19, 20],
        seen: all,
      })
      expect(await ask('all')).toMatchObject({ exit: 0, cycleCount: 20, numbers: all, seen: all })
    },
  )
})

describe('a reader that does not read', () => {
  const unread: readonly (readonly [string, NodeJS.Signals, boolean])[] = [
    ['standard output', 'SIGINT', false],
    ['standard output', 'SIGTERM', false],
    ['both streams', 'SIGINT', true],
  ]
  test.each(sampled(unread, 3))(
    'of %s keeps no run from ending by %s, with its record',
    async (_, signal, both) => {
      await inScratch(async folder => {
        const json = join(folder, 'a.json')
        const args = [cli, 'run', threadsFile('programs/prints.ts'), '--procs', '2', '--json', json]
        const child = spawn(process.execPath, [...args, '--', 'lines', '1000000000'], {
          env: { ...process.env, TMPDIR: folder },
          stdio: ['ignore', 'pipe', both ? 'pipe' : 'ignore'],
        })
        const ended = new Promise<number | null>(resolve => child.on('exit', resolve))
        const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
        try {
          // The record is the last file that is opened before the run starts. By then the pipe may
          // be full or, on a slow machine, not yet. The run must end in both cases.
          while (
            !readdirSync(folder).some(name => /^\.sawtooth-/.test(name)) &&
            child.exitCode === null
          )
            await delay(20)
          await delay(isLong ? 1000 : 300)
          const signalled = performance.now()
          child.kill(signal)
          expect(await ended).toBe(130)
          // It takes a second. The limit is for a machine that does much else.
          expect(performance.now() - signalled).toBeLessThan(15_000)
          expect(recordIn(json)).toMatchObject({ exit: 130, error: { kind: 'interrupted' } })
        } finally {
          clearTimeout(limit)
          child.stdout?.destroy()
          child.stderr?.destroy()
        }
      })
    },
  )

  longTest('but comes back gets everything', async () => {
    await inScratch(async folder => {
      const lines = 20_000
      const line = `$SAWTOOTH run ${threadsFile('programs/prints.ts')} --procs 2 -- lines ${lines} 2>err | { sleep 1; cat; } >out`
      expect(shell(line, folder).code).toBe(0)
      const { expectPrinted } = await import('../support/printed.ts')
      const err = readFileSync(join(folder, 'err'), 'utf8')
      expectPrinted(readFileSync(join(folder, 'out'), 'utf8'), err, 2, lines)
      expect(existsSync(join(folder, 'out'))).toBe(true)
    })
  })
})
