/**
 * Operations used as a newcomer might use them, outside of `yield*`. Each is an error that names
 * the operation and the line.
 */
import { expect, test } from 'vitest'
import { lineOf, threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'

const program = threadsFile('programs/misuse.ts')

/** How an operation is misused, the operation, and the text of the line that makes it. */
const MISUSES: readonly (readonly [string, string, string])[] = [
  ['forOf', 'recv was stepped outside of yield*', '// in values'],
  ['breaks', 'recv was stepped outside of yield*', '// in values'],
  ['spread', 'sleep was stepped outside of yield*', '// in spread'],
  ['destructured', 'select was stepped outside of yield*', '// in destructured'],
  ['dropped', 'recv was stepped outside of yield*', '// in values'],
  ['returns', 'recv was stepped outside of yield*', '// in values'],
  ['throws', 'recv was stepped outside of yield*', '// in values'],
  ['forgotten', 'recv was never waited for', '// in forgotten'],
  ['noStep', 'sleep was never waited for', '// in noStep'],
]

test('code that steps an operation without yield* gets an error with the line, and the run ends', async () => {
  const { answer, code } = await runHost<{ exit: number; error: string; stack: string }[]>(
    threadsFile('programs/host-misuse.ts'),
    [program, ...MISUSES.map(([way]) => way)],
  )
  expect(code).toBe(0)
  for (const [index, [way, error, line]] of MISUSES.entries()) {
    const run = answer[index]
    expect(run.exit, way).toBe(1)
    expect(run.error, way).toContain(error)
    expect(run.stack, way).toContain(`misuse.ts:${lineOf(program, line)}:`)
  }
})
