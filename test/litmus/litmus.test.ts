/**
 * What the processor and V8 do with racing loads and stores, as far as the runtime relies on it.
 * Each test is a process of its own with its own threads: test/litmus.js says for each race what
 * was seen, and exits with 1 if that is wrong.
 */
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runNode } from '../support/run-cli.ts'
import { sampled } from '../support/size.ts'

const litmus = fileURLToPath(new URL('../litmus.js', import.meta.url))
const programs = readdirSync(new URL('programs/', import.meta.url)).map(name =>
  name.replace(/\.js$/, ''),
)

test.each(sampled(programs, 2))('%s', async name => {
  const { code, stdout, stderr } = await runNode([litmus, name], { limitMs: 5 * HANG_MS }, tmpdir())
  console.log(stdout)
  expect(code, `${stdout}${stderr}`).toBe(0)
})
