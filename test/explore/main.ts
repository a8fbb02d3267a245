/** `npm run explore`: explores all schedules of small protocols that a bound allows. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { withoutControls } from '../../runtime/errors/printable.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { outputsOf, readOrExit, runCommand, wholeNumber } from '../support/command.ts'
import { type Exploration, explore } from './explore.ts'
import type { Protocol } from './protocol.ts'
import { protocolNamed, protocols } from './protocols.ts'
import { Stage } from './stage.ts'

const help = `Explores every schedule of small protocols with at most so many preemptive switches.

Usage:
  npm run explore -- [options]

Options:
  --protocol NAME   only this one (repeatable): ${protocols.map(({ name }) => name).join(', ')}
  --bound N         preemptive switches, 0 to 4: at most N, and N for a protocol that is named (default: as listed)
  --quick           smaller bounds, for half a minute in all
  --procs N         only configurations with N Ps
  --minutes N       give up a protocol after N minutes (default: 10)
  --bail            no more protocols after one that fails
  --json FILE       write what was found
  --list            what is explored
  --help            this text

Exit: 0 all schedules within the bound are sound, 1 one is not, or the time was too short, 2 usage.

Example:
  npm run explore -- --protocol channel --bound 3
`

const { values } = readOrExit('explore', () =>
  parseArgs({
    options: {
      protocol: { type: 'string', multiple: true },
      bound: { type: 'string' },
      quick: { type: 'boolean', default: false },
      procs: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      bail: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }),
)

function exploreOne(
  protocol: Protocol,
  procs: number,
  bound: number,
  minutes: number,
): Exploration & { seconds: number } {
  using stage = new Stage(protocol, procs)
  const began = performance.now()
  let shown = began
  const exploration = explore(order => stage.play(order), {
    bound,
    until: began + minutes * 60_000,
    onSchedule: (schedules, left) => {
      if (process.stderr.isTTY !== true || performance.now() - shown < 500) return
      shown = performance.now()
      process.stderr.write(`\r${protocol.name}: ${schedules} schedules, ${left} known ahead\x1b[K`)
    },
  })
  if (process.stderr.isTTY === true) process.stderr.write('\r\x1b[K')
  return { ...exploration, seconds: (performance.now() - began) / 1000 }
}

function main(): number {
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  if (values.list) {
    for (const { name, configurations, what } of protocols) {
      const each = configurations.map(({ procs, bound }) => `${procs} Ps, bound ${bound}`)
      process.stdout.write(`${name} (${each.join('; ')}): ${what}\n`)
    }
    return 0
  }
  const bound = wholeNumber('bound', values.bound ?? '4', 0, 4)
  const minutes = wholeNumber('minutes', values.minutes, 1, 600)
  const chosen = values.protocol === undefined ? protocols : values.protocol.map(protocolNamed)
  const wanted = values.procs === undefined ? null : wholeNumber('procs', values.procs, 2, 3)
  if (
    wanted !== null &&
    !chosen.some(({ configurations }) => configurations.some(({ procs }) => procs === wanted))
  )
    throw new UsageError(
      `--procs ${wanted}: ${chosen.map(({ name, configurations }) => `${name} has ${configurations.map(({ procs }) => `${procs} Ps`).join(' and ')}`).join(', ')}`,
    )
  outputsOf({ '--json': values.json })
  const found: (Exploration & { readonly protocol: string; readonly procs: number })[] = []
  for (const { protocol, configuration } of configurationsOf(chosen, wanted)) {
    const { procs, bound: usual, quick } = configuration
    const exploration = exploreOne(
      protocol,
      procs,
      // Of a protocol that is named, the bound may be larger than its own.
      values.bound !== undefined && values.protocol !== undefined
        ? bound
        : Math.min(values.quick ? quick : usual, bound),
      minutes,
    )
    report(protocol.name, procs, exploration)
    found.push({ protocol: protocol.name, procs, ...exploration })
    if (values.bail && exploration.failure !== null) break
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found, null, 1)}\n`)
  return found.every(({ complete }) => complete) ? 0 : 1
}

/** Each protocol with each of its numbers of Ps, or only with `wanted` Ps. */
function configurationsOf(chosen: readonly Protocol[], wanted: number | null) {
  return chosen.flatMap(protocol =>
    protocol.configurations
      .filter(({ procs }) => wanted === null || procs === wanted)
      .map(configuration => ({ protocol, configuration })),
  )
}

function report(name: string, procs: number, exploration: Exploration & { seconds: number }): void {
  const { schedules, bound, complete, mostChoices, failure, seconds } = exploration
  const verdict = failure !== null ? 'FAILED' : complete ? 'all sound' : 'not finished'
  process.stdout.write(
    `${name}: ${procs} Ps, bound ${bound}: ${schedules} schedules, ${verdict}; at most ${mostChoices} choices in one; ${seconds.toFixed(1)} s\n`,
  )
  if (failure !== null)
    process.stdout.write(
      `  ${withoutControls(failure.complaint)}\n  order ${JSON.stringify(failure.order)}\n`,
    )
}

await runCommand('explore', main)
