import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface Row {
  readonly variant: string
  readonly cycles: number
  readonly 'requests per cycle': number
  readonly 'MiB allocated': number
}

test('without copies, more requests are answered in a cycle, and the answers are the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
  try {
    const [json, report] = [join(folder, 'rows.json'), join(folder, 'page.html')]
    const files = ['--json', json, '--report', report]
    // The command fails if two variants answer differently.
    execFileSync(process.execPath, [
      ...['test/bench/sympathetic.js', '--rounds', '1', '--requests', '300', ...files],
    ])
    const { rows } = JSON.parse(readFileSync(json, 'utf8')) as { readonly rows: readonly Row[] }
    const [asItWas, noCopies] = ['as it was', 'no copies'].map(name =>
      rows.find(({ variant }) => variant === name),
    ) as [Row, Row]
    // 32 copies of 2 KiB for a page of 48 KiB: with them a request allocates 2.3 times as much.
    expect(asItWas['MiB allocated'] / noCopies['MiB allocated']).toBeGreaterThan(2)
    expect(noCopies['requests per cycle']).toBeGreaterThan(1.5 * asItWas['requests per cycle'])
    const page = readFileSync(report, 'utf8')
    expect(page.match(/<svg/g)).toHaveLength(5)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a wrong argument is told with what is allowed', () => {
  const failing = (): Buffer =>
    execFileSync(process.execPath, ['test/bench/sympathetic.js', '--rounds', '0'], {
      stdio: 'pipe',
    })
  expect(failing).toThrow("--rounds must be a whole number from 1 to 1000, not '0'")
})
