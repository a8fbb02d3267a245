// Several instances of the overrun lab's program: none outlives the measurement, however it ends.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Instance, withInstances } from '../../lab/overrun/instances.ts'
import type { OverrunResults } from '../../lab/overrun/results.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, type ProcessOptions, type ProcessResult, runNode } from '../support/run-cli.ts'

const seed = process.env.SEED ?? '1'
const cli = join(process.cwd(), 'bin/sawtooth.js')
const STAYS = 'console.error("(forced)"); setInterval(() => {}, 1000)'

function instanceOf(script: string): Instance {
  const child = spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return { process: child, saysReady: printed => printed.includes('(forced)') }
}

const isOver = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null

test('the work begins once every instance allocates, and each is over after it', async () => {
  const some = [instanceOf(STAYS), instanceOf(`setTimeout(() => { ${STAYS} }, 300)`)]
  const began = performance.now()
  const result = await withInstances(some, undefined, async () => {
    expect(performance.now() - began).toBeGreaterThan(250)
    expect(some.map(one => isOver(one.process))).toEqual([false, false])
    return 'done'
  })
  expect(result).toBe('done')
  expect(some.map(one => isOver(one.process))).toEqual([true, true])
})

test('if the work fails each instance is over', async () => {
  const one = instanceOf(STAYS)
  const failing = withInstances([one], undefined, () => Promise.reject(new Error('no figures')))
  await expect(failing).rejects.toThrow('no figures')
  expect(isOver(one.process)).toBe(true)
})

test('an instance that ends too early fails the measurement, and says why', async () => {
  const [stays, gone] = [instanceOf(STAYS), instanceOf('console.error("no room"); process.exit(3)')]
  let isWorking = false
  const failing = withInstances([stays, gone], undefined, async () => {
    isWorking = true
  })
  await expect(failing).rejects.toThrow(
    'an instance ended before the measured one: exit 3: no room',
  )
  expect(isWorking).toBe(false)
  expect(isOver(stays.process)).toBe(true)
})

test('an interrupt while an instance begins ends the wait and the instance', async () => {
  const one = instanceOf('setInterval(() => {}, 1000)')
  const interrupt = new AbortController()
  const waiting = withInstances([one], interrupt.signal, async () => 'done')
  interrupt.abort(new Error('interrupted'))
  await expect(waiting).rejects.toThrow('interrupted')
  expect(isOver(one.process)).toBe(true)
})

/** The processes whose environment has the mark; only systems with /proc tell. */
function marked(mark: string): string[] {
  return readdirSync('/proc').filter(name => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`INSTANCES_MARK=${mark}`)
    } catch {
      return false // It is over, or another user's.
    }
  })
}

const sweep = [
  ...['overrun', '--goal', '4MiB', '--procs', '2', '--termination', 'coordinator'],
  ...['--instances', '3', '--fault', 'mark-termination/before-stop:stall=1ms', '--seed', seed],
]

async function runMarked(
  args: readonly string[],
  mark: string,
  scratch: string,
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const env = { INSTANCES_MARK: mark }
  return runNode([cli, ...sweep, ...args], { limitMs: 3 * HANG_MS, ...options, env }, scratch)
}

const onLinux = test.runIf(process.platform === 'linux')

onLinux('three instances: one is measured, three run, and none is left', async () => {
  await inScratch(async scratch => {
    const mark = `whole-${process.pid}`
    let most = 0
    const look = setInterval(() => {
      most = Math.max(most, marked(mark).length)
    }, 50)
    const json = join(scratch, 'results.json')
    const args = ['--cycles', '2', '--json', json]
    const { code, stderr } = await runMarked(args, mark, scratch).finally(() => clearInterval(look))
    expect(code, stderr).toBe(0)
    expect(most).toBe(3)
    expect(marked(mark)).toEqual([])
    const { cases } = JSON.parse(readFileSync(json, 'utf8')) as OverrunResults
    expect(cases).toMatchObject([{ procs: 2, instances: 3, rescues: 0 }])
    expect(cases[0]?.cycles).toBeGreaterThanOrEqual(2)
  })
})

onLinux('an interrupt, and a kill, leave no instance behind', async () => {
  await inScratch(async scratch => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const mark = `${signal}-${process.pid}`
      let look: NodeJS.Timeout | undefined
      const running = runMarked(['--seconds', '30'], mark, scratch, {
        onStart: kill => {
          look = setInterval(() => {
            if (marked(mark).length === 3) kill(signal)
          }, 50)
        },
      }).finally(() => clearInterval(look))
      if (signal === 'SIGINT') expect((await running).code).toBe(130)
      else await expect(running).rejects.toThrow('killed by SIGKILL')
      await expect.poll(() => marked(mark), { timeout: HANG_MS, interval: 50 }).toEqual([])
    }
  })
})
