import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runCli, runProgram } from '../support/run-cli.ts'
import { longTest, sampled } from '../support/size.ts'

const nothing = 'export default function* main() {}\n'

/** Runs a program that imports files, given by name. */
async function runFiles(
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  options = {},
) {
  return inScratch(async scratch => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(scratch, name), text)
    const result = await runProgram([join(scratch, 'main.js'), '--procs', '2', ...args], options)
    return { ...result, stderr: result.stderr.replaceAll(scratch, '.') }
  })
}

const STUCK: readonly (readonly [string, Record<string, string>, string])[] = [
  ['the program', { 'main.js': `await new Promise(() => {})\n${nothing}` }, './main.js'],
  [
    'an import',
    { 'main.js': `import './a.js'\n${nothing}`, 'a.js': 'await new Promise(() => {})' },
    './a.js',
  ],
  [
    'an import at run time',
    {
      'main.js': `await import('./a.js')\n${nothing}`,
      'a.js': 'await null; await new Promise(() => {})',
    },
    './a.js',
  ],
  [
    'a timer that keeps nothing alive',
    { 'main.js': `await new Promise(done => setTimeout(done, 1e6).unref())\n${nothing}` },
    './main.js',
  ],
]

test.each(sampled(STUCK, 4))(
  'an await that nothing can end ends the run: in %s',
  async (_, files, file) => {
    const { code, stderr, record } = await runFiles(files)
    expect({ code, kind: record.error?.kind }).toEqual({ code: 1, kind: 'program' })
    expect(stderr).toBe(`panic: ${file}: nothing can end what its top level awaits\n`)
  },
)

test('an await that something ends is waited for', async () => {
  const waits = `import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
await delay(50)
await readFile(import.meta.filename)
await once(execFile(process.execPath, ['--version']), 'exit')
await once(new Worker('setTimeout(() => {}, 50)', { eval: true }), 'exit')
await crypto.subtle.digest('SHA-512', new Uint8Array(1e6))
`
  const { code, stdout } = await runFiles({
    'main.js': `${waits}export default function* main() { console.log('done') }`,
  })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' })
})

test('a pacer’s file that never ends is the pacer’s fault', async () => {
  await inScratch(async scratch => {
    const pacer = join(scratch, 'pacer.js')
    writeFileSync(pacer, 'await new Promise(() => {})\nexport default {}')
    const { code, record } = await runProgram([
      'examples/hello.ts',
      '--procs',
      '2',
      '--pacer',
      pacer,
    ])
    expect({ code, kind: record.error?.kind }).toEqual({ code: 3, kind: 'pacer' })
    expect(record.error?.message).toContain('nothing can end what its top level awaits')
    const simulated = await runCli([
      'pacers',
      'sim',
      '--scenario',
      'stepped/steady',
      '--pacer',
      pacer,
    ])
    expect({ code: simulated.code, stderr: simulated.stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^sawtooth: --pacer: .*nothing can end what its top level awaits\n$/,
      ),
    })
  })
})

// It is named after five seconds.
longTest(
  'a loop at the top level of an import is named, with its P, and can be interrupted',
  async () => {
    let kill = (_: NodeJS.Signals): void => {}
    let heard = ''
    const { code, stderr } = await runFiles(
      {
        'main.js': `import './a.js'\nimport './b.js'\n${nothing}`,
        'a.js': 'export {}',
        'b.js': 'for (;;);',
      },
      [],
      {
        limitMs: HANG_MS,
        onStart: (toKill: typeof kill) => {
          kill = toKill
        },
        onOutput: (_: string, text: string) => {
          heard += text
          if (/on P 0[\s\S]*on P 1|on P 1[\s\S]*on P 0/.test(heard)) kill('SIGINT')
        },
      },
    )
    expect(code).toBe(130)
    const said =
      /^\.\/b\.js has not finished loading on P \d after \d+ s: its top level is in a loop, or awaits something$/
    expect(stderr.split('\n').filter(line => said.test(line))).toHaveLength(2)
  },
)
