import { describe, expect, test } from 'vitest'
import { lineOf, threadsFile } from '../support/run-cli.ts'
import { sampled } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

const breaks = threadsFile('programs/breaks-rules.ts')

describe('--check ends the run with exit 3, the task and the line', () => {
  test.each<[way: string, marker: string, message: RegExp, flags: string[]]>([
    ['unkept', '// unkept', /stale reference|freed memory/, ['--zeal', '1']],
    ['wrongType', '// wrong type', /refers to a Point, not to a Tree/, []],
    ['wrongStore', '// wrong store', /refers to a Point, not to a Tree/, []],
    ['stale', '// stale', /stale reference|freed memory/, []],
    ['noReference', '// no reference', /12345 (?:is no reference|refers to freed memory)/, []],
    ['leftScope', '// left scope', /this scope has been left already/, []],
    ['leftLocal', '// left local', /its scope has been left/, []],
  ])('%s', async (way, marker, message, flags) => {
    for (const procs of sampled(['1', '2'], 2)) {
      const result = await runProgramWarm([
        breaks,
        '--check',
        '--procs',
        procs,
        ...flags,
        '--',
        way,
      ])
      const { code, record, stdout, stderr } = result
      expect({ code, stdout, kind: record.error?.kind }).toEqual({
        code: 3,
        stdout: '',
        kind: 'breach',
      })
      expect(record.error?.message).toMatch(message)
      expect(record.error?.goroutine).toBe('breaker')
      expect(stderr.match(message)?.length).toBe(1)
      expect(stderr).toMatch(/^goroutine breaker:$/m)
      expect(stderr).toContain(`${breaks}:${lineOf(breaks, marker)}:`)
    }
  })

  test('a program that catches all it can', async () => {
    const { code, record } = await runProgramWarm([
      breaks,
      '--check',
      '--zeal',
      '1',
      '--procs',
      '2',
      '--',
      'caught',
    ])
    expect({ code, error: record.error }).toMatchObject({
      code: 3,
      error: { kind: 'breach', goroutine: 'breaker' },
    })
  })

  test('a program that keeps the rule has nothing to fear, even from --zeal', async () => {
    for (const zeal of ['1', '3,concurrent']) {
      const { code, stdout } = await runProgramWarm([
        breaks,
        '--check',
        '--zeal',
        zeal,
        '--procs',
        '2',
        '--',
        'kept',
      ])
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'over\n' })
    }
  })
})

test('nil is an error in every mode, and the program’s', async () => {
  for (const flags of [[], ['--check']]) {
    const { code, record, stderr } = await runProgramWarm([breaks, ...flags, '--', 'ofNil'])
    expect({ code, kind: record.error?.kind, goroutine: record.error?.goroutine }).toEqual({
      code: 1,
      kind: 'program',
      goroutine: 'breaker',
    })
    expect(stderr).toMatch(/^panic: TypeError: nil dereference: /m)
    expect(stderr).toContain(`${breaks}:${lineOf(breaks, '// of nil')}:`)
  }
})

describe('results do not depend on how concurrent the collector is', () => {
  const programs: readonly (readonly [string, readonly string[]])[] = [
    ['threads/programs/churn.ts', ['3', '60', '9']],
    ['stress/programs/random-graph.ts', ['5', '5000', '3']],
  ]
  test.each(sampled(programs, 2))('%s', async (program, args) => {
    const outputs = new Set<string>()
    for (const debug of [
      'gcstoptheworld=0',
      'gcstoptheworld=1',
      'gcstoptheworld=2,gccheckmark=1',
    ]) {
      const { code, stdout, record } = await runProgramWarm(
        [threadsFile(`../${program}`), '--procs', '3', '--gogc', '20', '--', ...args],
        { GODEBUG: debug },
      )
      expect(code).toBe(0)
      expect(record.cycles.length).toBeGreaterThan(0)
      if (!debug.startsWith('gcstoptheworld=0')) {
        // The whole mark is part of the setup stop: no P marks while goroutines run.
        for (const { cpuMs } of record.cycles)
          expect(cpuMs).toEqual({ assist: 0, dedicated: 0, fractional: 0, idle: 0 })
      }
      outputs.add(stdout)
    }
    expect([...outputs].length).toBe(1)
  })
})
