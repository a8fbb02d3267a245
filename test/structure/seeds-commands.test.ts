import { expect, test } from 'vitest'
import { codeIn, commandsOf, isCommand, itemsOf, seedsPage } from './seeds.ts'
import { complaint } from './seeds-commands.ts'

test.each([
  ['an option', 'overrun --gaol 4MiB', '--help has no --gaol'],
  ['a part of an option', 'run --pace go1.21', '--help has no --pace'],
  ['a value', 'overrun --wait jump', '--wait must be a list of sleep, yield, spin'],
  ['an experiment', 'overrun gc', 'overrun has no gc'],
  ['a list of the sweep', 'overrun rate --procs 2', '--help has no --procs'],
  ['a command of pacers', 'pacers simulate', 'pacers has no simulate'],
  ['a scenario', 'pacers sim --scenario steady', 'there is no scenario steady'],
  ['a scenario to show', 'pacers show steady', 'there is no scenario steady'],
  ['an engine', 'pacers sim --scenario model/steady --engine noisy', 'is of the macro engine'],
  ['a pacer', 'pacers sim --scenario stepped/steady --pacer go1.2', 'go1.2'],
  ['a pacer of macro', 'pacers sim --scenario model/steady --pacer go1.14', 'macro has old, new'],
  ['a program', 'pacers suite --programs trash', 'the suite has no trash'],
  ['a program of a run', 'run examples/gone.ts', 'no program examples/gone.ts'],
  ['a value of a run', 'run --gogc much', '--gogc must be a percentage'],
  ['a question', 'pacers workers --questions lazy', 'workers has no question lazy'],
  ['a script', 'npm run bench:nothing', 'package.json has no script bench:nothing'],
  ['an environment', 'GODEBUG=madvdontneed=1 run', 'GODEBUG has no madvdontneed'],
])('a command that is wrong is found: %s', async (_, text, wrong) => {
  const [command] = commandsOf([{ number: '0.1', state: 'Stands', says: `\`${text}\`` }])
  expect(command && (await complaint(command))).toContain(wrong)
})

test('each command is one that there is, with its options, scenarios and pacers', async () => {
  const commands = commandsOf(itemsOf(seedsPage))
  expect(commands.length).toBeGreaterThan(50)
  const wrong: string[] = []
  for (const command of commands) {
    const found = await complaint(command)
    if (found !== null) wrong.push(`${command.text}: ${found}`)
  }
  expect(wrong).toEqual([])
})

test('code with a space, or with an environment, is a command', () => {
  const code = itemsOf(seedsPage).flatMap(({ says }) => codeIn(says))
  expect(code.filter(one => /[ ]|^GODEBUG/.test(one) && !isCommand(one))).toEqual([])
})
