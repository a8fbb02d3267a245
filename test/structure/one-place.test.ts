import { expect, test } from 'vitest'
import { repositoryFiles, type SourceFile, typeScriptIn } from './files.ts'

const sources = typeScriptIn(repositoryFiles(), ['runtime', 'lab', 'test']).filter(
  ({ path }) => !path.startsWith('test/') || isCommand(path),
)

/** Of a command of the tests: what it starts is built as the runtime is. */
function isCommand(path: string): boolean {
  return /^test\/(?:explore|hunt|mutants|soak)\//.test(path) && !path.endsWith('.test.ts')
}

const filesWith = (pattern: RegExp, files: readonly SourceFile[] = sources): string[] =>
  files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

test('processes listen to signals in one place, and at the option’s signal in a run', () => {
  expect(filesWith(/process\.(?:on|once|prependListener)\(/).sort()).toEqual([
    'lab/overrun/instance-process.ts', // its channel to the lab
    'lab/overrun/instances.ts', // exit: no other process is left
    'runtime/host/host.ts', // --dump-on
    'runtime/host/p-thread.ts', // what a program left behind
    'runtime/host/signals.ts',
    'runtime/load/module-loading.ts', // beforeExit
    'runtime/output/output-file.ts', // exit: what is not finished is removed
    'runtime/output/temporary-folder.ts', // exit: what could not be removed in time
    'test/soak/trial.ts', // what the runtime lets fall on its host
  ])
  expect(filesWith(/\.(?:on|once)\(\s*['"]SIG/)).toEqual([])
})

// The commands of the tests are built before the lab, and read theirs in test/support/command.ts.
test('the lab makes one line of what parseArgs complains of in one place', () => {
  expect(filesWith(/ERR_PARSE_ARGS/)).toEqual(['lab/read-arguments.ts'])
})

test('temporary folders are made where they get their owner’s name', () => {
  expect(filesWith(/\bmkdtemp(?:Sync)?\b|\btmpdir\(\)/)).toEqual([
    'runtime/output/output-file.ts', // a file that has a name of ours
    'runtime/output/temporary-folder.ts',
  ])
})

test('threads are started by the pool, which hears of their end', () => {
  expect(filesWith(/\bnew Worker\(/).sort()).toEqual([
    'lab/overrun/noise.ts', // does nothing
    'runtime/host/thread-pool.ts',
    'test/explore/stage.ts', // of one test
  ])
})

test('sizes, and the steps of a random number, are said once', () => {
  const all = typeScriptIn(repositoryFiles(), [
    'memory',
    'heap',
    'gc',
    'scheduler',
    'runtime',
    'lab',
    'test',
  ])
  // A size is written as a number of these. A file that has the number for a count says of what.
  const mebi = /\b1024 \* 1024\b|\b2 \*\* 20\b|\b1 << 20\b|\b1_?048_?576\b|\b0x100000\b/
  const sizes = all.filter(({ path }) => !/^test\/|\/programs\//.test(path))
  expect(filesWith(mebi, sizes).sort()).toEqual([
    'gc/pacer/units.ts',
    'lab/overrun/experiments/late-work.ts', // nodes of a tree
    'lab/overrun/report/bytes-axis.ts', // an expression of the chart's
    'lab/pacers/pace.ts', // steps
    'lab/pacers/read-scenario.ts', // cycles
    'lab/pacers/template.ts',
    'memory/controlled/schedule.ts', // switches
    'memory/units.ts',
  ])
  expect(filesWith(/^(?:export )?const (?:[KMG]iB|[KMG]IB) = /m, all)).toEqual([
    'gc/pacer/units.ts', // a pacer imports nothing from outside
    'lab/pacers/template.ts', // what a new pacer's file begins as
    'memory/units.ts',
  ])
  // A program of its own imports only from sawtooth.
  const ours = all.filter(({ path }) => !path.includes('/programs/'))
  expect(filesWith(/\^=? \(?\w+(?:\.\w+)? << 13\b/, ours)).toEqual(['memory/xorshift.ts'])
})

/** What is between `${` and `}` in texts that are written to a standard stream unchanged. */
function written({ text }: SourceFile): string[] {
  const texts = [
    ...text.matchAll(/(?:process\.std(?:out|err)\.write|\b(?:say|print))\(\s*`((?:\\.|[^`\\])*)`/g),
  ].map(match => match[1] ?? '')
  return texts.flatMap(each =>
    [...each.matchAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g)].map(match => match[1] ?? ''),
  )
}

/** Words for what others have said, or named. */
const others =
  /\b(?:message|error|failures?|complaint|remark|file|path|name|pacer|stack)\b(?!\.(?:index|seed)\b)/
const isSafe = (expression: string): boolean =>
  !others.test(expression) || /\b(?:printable|withoutControls|JSON\.stringify)\b/.test(expression)

test('a text of others that is written raw is found', () => {
  const line = (expression: string): SourceFile => ({
    path: 'a.ts',
    text: `process.stderr.write(\`x: \${${expression}}\\n\`)`,
  })
  expect(written(line('error.message')).every(isSafe)).toBe(false)
  expect(written(line('printable(error.message)')).every(isSafe)).toBe(true)
  expect(written(line('count')).every(isSafe)).toBe(true)
})

test('texts of others are made printable where they are written', () => {
  // Protocols, mutants and checks are named by the sources.
  const known = /^test\/(?:explore|mutants)\/main\.ts: /
  const found = sources.flatMap(file =>
    written(file)
      .filter(expression => !isSafe(expression))
      .map(raw => `${file.path}: ${raw}`),
  )
  expect(found.filter(one => !known.test(one))).toEqual([])
})
