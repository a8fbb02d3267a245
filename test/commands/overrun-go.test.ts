// `sawtooth overrun go` with a made-up Go: what it builds with, what it prints, and that nothing of
// its copies is left, however it ends. overrun-go.long.test.ts measures Go itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { GoVariantResults } from '../../lab/overrun/go-variants/results.ts'
import { HANG_MS } from '../support/hang.ts'
import { type MadeUpGo, makeUpGo } from '../support/made-up-go.ts'
import { inScratch, type ProcessOptions, type ProcessResult, runNode } from '../support/run-cli.ts'

const onUnix = test.runIf(process.platform !== 'win32')

/** Runs the command on a made-up Go; inScratch finds what it leaves behind. */
function overrunGo(
  go: MadeUpGo,
  args: readonly string[],
  options: ProcessOptions = {},
  look: (scratch: string) => void = () => {},
): Promise<ProcessResult> {
  return inScratch(async scratch => {
    const goroot = join(scratch, 'go')
    makeUpGo(goroot, go)
    const all = [
      'bin/sawtooth.js',
      'overrun',
      'go',
      '--goroot',
      goroot,
      '--seconds',
      '0.1',
      ...args,
    ]
    const result = await runNode(
      all.map(arg => arg.replace('SCRATCH', scratch)),
      options,
      scratch,
    )
    look(scratch)
    return result
  })
}

onUnix('base and variant run in turn; table, verdict and both files are there', async () => {
  const { code, stdout, stderr } = await overrunGo(
    {},
    ['--rounds', '2', '--json', 'SCRATCH/go.json', '--report', 'SCRATCH/go.html'],
    {},
    scratch => {
      const { rows } = JSON.parse(
        readFileSync(join(scratch, 'go.json'), 'utf8'),
      ) as GoVariantResults
      expect(rows).toMatchObject([
        { variant: 'base', cycles: 2, pastGoals: [2048, 2048], objectsPerSecond: 10_000 },
        {
          variant: 'gate',
          cycles: 2,
          past: { roots: 0, work: 1024, barrier: 2048, stop: 0, late: 1024 },
          tries: 6,
          restarts: 2,
        },
      ])
      expect(readFileSync(join(scratch, 'go.html'), 'utf8')).toContain('<svg ')
    },
  )
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^.*, go1\.19\.8; load [\d.]+ before, [\d.]+ after\nvariant +goal MiB /)
  expect(stdout).toMatch(/^base +4 +4 +0 +2 +2 +2 +2 +2 +0 +2 +0\.0$/m)
  expect(stdout).toMatch(/^gate +4 +4 +0 +0\.0 +0 +25 +50 +0 +25 +3\.0 +2$/m)
  expect(stdout).toMatch(
    /^ok {6}gate, 4 P, goal 4\.00 MiB, 0 busy threads: 2\.00 KiB past the goal /m,
  )
})

onUnix('Sawtooth runs beside each variant that it has a policy for', async () => {
  const { code, stdout, stderr } = await overrunGo(
    {},
    [
      ...['--with-sawtooth', '--seed', '7', '--rounds', '1', '--procs', '2'],
      ...['--variants', 'base,gate,gate-when-idle', '--json', 'SCRATCH/go.json'],
    ],
    {},
    scratch => {
      const { counterparts, seed } = JSON.parse(
        readFileSync(join(scratch, 'go.json'), 'utf8'),
      ) as GoVariantResults
      expect(seed).toBe(7)
      expect(counterparts.map(({ variant, policy }) => [variant, policy.gate])).toEqual([
        ['base', 'off'],
        ['gate', 'goal'],
      ])
    },
  )
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(/^base +4 +2 +0 +2 +2 +2 +100 +coordinator\/off\/go +\d/m)
})

onUnix('a variant is built from a copy with our lines in, without tests and commands', async () => {
  const build = `cd "$GOROOT/src"
test ! -e cmd && test ! -e runtime/mgc_test.go && test -e ../pkg/include/textflag.h || exit 7
grep -q behindRefill runtime/malloc.go && test -e runtime/sawtooth_gate.go || exit 8
test "$GO111MODULE" = off && case "$GOCACHE" in "$GOROOT"/*) ;; *) exit 9 ;; esac
echo built as it must be >&2; exit 6`
  const { code, stderr } = await overrunGo({ build }, ['--variants', 'gate'])
  expect(stderr).toMatch(/^sawtooth: overrun go: .*bin\/go build: exit 6: built as it must be/m)
  expect(code).toBe(1)
})

onUnix('a build that fails is one line, exit 1', async () => {
  const { code, stderr } = await overrunGo({ build: 'printf "no\\nroom\\n" >&2; exit 2' }, [])
  expect(stderr).toMatch(/^sawtooth: overrun go: \S*bin\/go build: exit 2: no.*room.*\n$/m)
  expect(code).toBe(1)
})

onUnix('a disk that becomes full is told once', async () => {
  const build = 'for file in a b; do echo "$file: no space left on device" >&2; done; exit 1'
  const { code, stderr } = await overrunGo({ build }, [])
  expect(stderr).toMatch(/bin\/go build: exit 1: no space left on device: TMPDIR\n$/)
  expect(code).toBe(1)
})

test('go tests of a Go without its own tests are refused in one line', async () => {
  const { code, stderr } = await inScratch(async scratch => {
    const goroot = join(scratch, 'go')
    makeUpGo(goroot, {})
    return runNode(['bin/sawtooth.js', 'overrun', 'go', 'tests', '--goroot', goroot], {}, scratch)
  })
  expect(stderr).toMatch(
    /^sawtooth: overrun go tests cannot run GCMemoryLimit of go1\.19\.8: it has no src\/\S+\n$/,
  )
  expect(code).toBe(2)
})

onUnix('an interrupt ends the build with what it has started', async () => {
  // The second process would hold the pipes, and so the command, for as long as it sleeps.
  // So it would be found to hang.
  const build = `touch "$TMPDIR/begun"; sleep ${(10 * HANG_MS) / 1000} & wait`
  const { code } = await overrunGo({ build }, [], {
    interruptWhen: (_, temporary) => temporary.includes('begun'),
  })
  expect(code).toBe(130)
})

test('another version, and a place that is not there, are one line, exit 2', async () => {
  for (const [go, args, message] of [
    [{ version: 'go1.22.4' }, [], 'is go1.22.4, and the lines of overrun go are for Go 1.19'],
    [{}, ['--variants', 'capped'], 'mallocgc in malloc.go has no line of the shape ^gcAssistAlloc'],
  ] as const) {
    const { code, stderr } = await overrunGo(go, args)
    expect(stderr).toMatch(/^sawtooth: [^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  }
})
