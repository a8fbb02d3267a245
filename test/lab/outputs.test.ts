// An output of the lab's commands may be neither one of their inputs nor another output. Such an
// output is refused before anything is simulated or measured.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main as overrun } from '../../lab/overrun/command-line.ts'
import { main as pacers } from '../../lab/pacers/command-line.ts'
import { asJson, drawn, fieldsOf, scenarioNamed } from '../../lab/pacers/scenarios/library.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { noResults } from '../support/overrun-results.ts'

let directory: string
const at = (name: string): string => join(directory, name)

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outputs-test-'))
  const scenario = asJson(drawn(scenarioNamed('stepped/steady'), 1), fieldsOf.stepped)
  writeFileSync(at('scenario.json'), JSON.stringify(scenario))
  writeFileSync(at('results.json'), JSON.stringify(noResults))
  writeFileSync(at('constants.json'), '{}')
  writeFileSync(at('inner.js'), 'export default 1\n')
  writeFileSync(at('pacer.js'), "export { default } from './inner.js'\n")
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const contents = (): [string, string][] =>
  readdirSync(directory).map(name => [name, readFileSync(at(name), 'utf8')])

test.each([
  ['sim --input @scenario.json --json @scenario.json', '--json would overwrite the scenario: '],
  ['sim --input @scenario.json --csv @scenario.json', '--csv would overwrite the scenario: '],
  ['sim --scenario stepped/steady --csv @new --json @new', '--csv and --json are the same file: '],
  [
    'sim --scenario model/steady --controller @constants.json --csv @constants.json',
    '--csv would overwrite the controller: ',
  ],
  [
    'sim --scenario stepped/steady --pacer @pacer.js --csv @pacer.js',
    '--csv would overwrite the pacer: ',
  ],
  [
    'sim --scenario stepped/steady --pacer @pacer.js --csv @inner.js',
    '--csv would overwrite a file that is imported: ',
  ],
  [
    'run --scenario stepped/steady --pacer @pacer.js --json @pacer.js',
    '--json would overwrite the pacer: ',
  ],
  [
    'league --scenarios @scenario.json --pacers fixed --json @scenario.json',
    '--json would overwrite the scenario: ',
  ],
  ['league --pacers @pacer.js --report @pacer.js', '--report would overwrite the pacer: '],
  ['league --pacers fixed --json @new --report @new', '--json and --report are the same file: '],
  ['merge @results.json --json @results.json', '--json would overwrite a shard: '],
  ['search --pacer @pacer.js --json @pacer.js --tries 1', '--json would overwrite the pacer: '],
  ['overrun report @results.json --report @results.json', '--report would overwrite results: '],
  ['overrun --json @new --report @new', '--json and --report are the same file: '],
])('%s', async (line, message) => {
  const before = contents()
  const argv = line.replaceAll('@', `${directory}/`).split(' ')
  const refused = await (argv[0] === 'overrun' ? overrun(argv.slice(1)) : pacers(argv)).catch(
    error => error,
  )
  expect(refused).toBeInstanceOf(UsageError)
  expect(refused.message).toContain(message)
  expect(contents()).toEqual(before)
})
