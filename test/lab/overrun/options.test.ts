import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CAUSES, casesOf, nameOf, quickCases } from '../../../lab/overrun/cases.ts'
import { parseOptions } from '../../../lab/overrun/options.ts'
import { MiB } from '../../../memory/units.ts'
import { UsageError } from '../../../runtime/errors/usage-error.ts'

const casesFor = (...argv: string[]): string[] => casesOf(parseOptions(argv).lists).map(nameOf)

test('the quick sweep: Go’s protocol, with capped credit, and ours, at 4 MiB on 4 P', () => {
  expect(casesFor('--quick')).toEqual([
    'coordinator, 4 P, goal 4 MiB',
    'coordinator, credit capped, 4 P, goal 4 MiB',
    'helping, gate goal, 4 P, goal 4 MiB',
  ])
})

test('the quick sweep with a core for each P: the same, and each with the terminator stalled', () => {
  const { lists } = parseOptions(['--quick', '--with-go'])
  const onCores = (cores: number): string[] => quickCases(casesOf(lists), cores).map(nameOf)
  const natural = [
    'coordinator, 4 P, goal 4 MiB',
    'coordinator, credit capped, 4 P, goal 4 MiB',
    'helping, gate goal, 4 P, goal 4 MiB',
    'Go, 4 P, goal 4 MiB',
  ]
  expect(onCores(2)).toEqual(natural)
  expect(onCores(3)).toEqual(natural)
  expect(onCores(4)).toEqual([
    ...natural,
    ...natural.slice(0, 3).map(name => `${name}, ${CAUSES.vanish}`),
  ])
})

test('without a list: three goals, four numbers of Ps, three policies', () => {
  expect(casesFor()).toHaveLength(36)
  expect(casesFor('sweep')).toEqual(casesFor())
})

test('cases are the product of the lists, an item once', () => {
  expect(
    casesFor(
      '--goal',
      '4MiB,8MiB,4MiB',
      '--procs',
      '2',
      '--noise',
      '0,1',
      '--gate',
      'off',
      '--gate',
      'hard',
    ),
  ).toEqual([
    'coordinator, 2 P, goal 4 MiB',
    'coordinator, gate hard, 2 P, goal 4 MiB',
    'coordinator, 2 P, goal 4 MiB, 1 busy',
    'coordinator, gate hard, 2 P, goal 4 MiB, 1 busy',
    'coordinator, 2 P, goal 8 MiB',
    'coordinator, gate hard, 2 P, goal 8 MiB',
    'coordinator, 2 P, goal 8 MiB, 1 busy',
    'coordinator, gate hard, 2 P, goal 8 MiB, 1 busy',
  ])
})

test('instances are a list of their own, and one is not named', () => {
  const first = ['--goal', '4MiB', '--procs', '2', '--termination', 'coordinator']
  expect(casesFor(...first, '--noise', '0,1', '--instances', '1,3', '--with-go')).toEqual([
    'coordinator, 2 P, goal 4 MiB',
    'Go, 2 P, goal 4 MiB',
    'coordinator, 2 P, goal 4 MiB, 3 instances',
    'Go, 2 P, goal 4 MiB, 3 instances',
    'coordinator, 2 P, goal 4 MiB, 1 busy',
    'Go, 2 P, goal 4 MiB, 1 busy',
    'coordinator, 2 P, goal 4 MiB, 1 busy, 3 instances',
    'Go, 2 P, goal 4 MiB, 1 busy, 3 instances',
  ])
})

test('helping has no ragged barrier to wait in: one case, not one for each wait', () => {
  const waits = ['--quick', '--wait', 'sleep,yield,spin', '--termination', 'coordinator,helping']
  expect(casesFor(...waits)).toHaveLength(4)
})

test('who scans stacks is a list of its own, of each policy, and the owner is not named', () => {
  const scans = ['--stack-scans', 'owner,any']
  expect(casesFor('--quick', ...scans)).toEqual([
    'coordinator, 4 P, goal 4 MiB',
    'coordinator, stacks by any, 4 P, goal 4 MiB',
    'coordinator, credit capped, 4 P, goal 4 MiB',
    'coordinator, credit capped, stacks by any, 4 P, goal 4 MiB',
    'helping, gate goal, 4 P, goal 4 MiB',
    'helping, gate goal, stacks by any, 4 P, goal 4 MiB',
  ])
  const one = ['--procs', '2', '--goal', '4MiB', '--gate', 'goal', '--wait', 'sleep,spin']
  expect(casesFor(...one, '--stack-scans', 'any', '--with-go')).toEqual([
    'coordinator, gate goal, stacks by any, 2 P, goal 4 MiB',
    'coordinator, gate goal, wait spin, stacks by any, 2 P, goal 4 MiB',
    'Go, 2 P, goal 4 MiB',
  ])
})

test('a case by the owner has the parameters that it had before there was a choice', () => {
  const [owner, any] = casesOf(parseOptions(['--quick', '--stack-scans', 'owner,any']).lists)
  expect(owner).not.toHaveProperty('stackScans')
  expect(any).toEqual({ ...owner, stackScans: 'any' })
})

test('a case of Go’s for each goal, number of Ps and noise', () => {
  const names = casesFor('--with-go', '--procs', '1,2', '--goal', '4MiB', '--wait', 'sleep,spin')
  expect(names.filter(name => name.startsWith('Go'))).toEqual([
    'Go, 1 P, goal 4 MiB',
    'Go, 2 P, goal 4 MiB',
  ])
})

test('faults go together into each case, causes are a case each', () => {
  const faults = ['--fault', 'refill:yield', '--fault', 'stop/raise:stall=1ms']
  const first = ['--procs', '1', '--goal', '4MiB', '--termination', 'coordinator']
  expect(casesFor(...first, ...faults)).toEqual([
    'coordinator, 1 P, goal 4 MiB, refill:yield stop/raise:stall=1ms',
  ])
  expect(casesFor(...first, '--cause', 'vanish,park,drained')).toEqual([
    'coordinator, 1 P, goal 4 MiB, mark-termination/after-barrier:stall=3ms',
    'coordinator, 1 P, goal 4 MiB, mark-worker/parked:stall=3ms',
    'coordinator, 1 P, goal 4 MiB, dedicated-worker/park:stall=3ms',
  ])
})

test('seed, time, and where results go', () => {
  const options = parseOptions([
    '--seed',
    '7',
    '--seconds',
    '.5',
    '--cycles',
    '100',
    '--json',
    'a.json',
    '--goal',
    '8388608',
  ])
  expect(options).toMatchObject({
    what: 'sweep',
    seed: 7,
    seconds: 0.5,
    cycles: 100,
    json: join(process.cwd(), 'a.json'),
  })
  expect(options.lists.goal).toEqual([8 * MiB])
  expect(parseOptions(['credit', '--quick', '--seed', '3'])).toMatchObject({
    what: 'credit',
    quick: true,
    seed: 3,
  })
})

test('rate has goals up to 1 GiB, and its own without them', () => {
  expect(parseOptions(['rate', '--goal', '4MiB,64MiB,1GiB']).goals).toEqual(
    [4, 64, 1024].map(size => size * MiB),
  )
  expect(parseOptions(['rate']).goals).toBeNull()
})

const file = join(tmpdir(), 'overrun-options.json')

test.each<[string[], string]>([
  [
    ['walk'],
    'overrun has no walk; there is sweep, limit, rate, large-objects, stack-scans, credit, gcsys, heapsampling, restarts, late-work, full-use, kernel, costs, go, report: see sawtooth overrun --help',
  ],
  [['sweep', 'credit'], "overrun does one thing at a time: 'credit' is a second"],
  [['credit', '--procs', '4'], "overrun credit has no option --procs; it is the sweep's"],
  [['--banana'], "overrun: Unknown option '--banana'; see sawtooth overrun --help"],
  [['--goal', '1MiB'], "--goal must be a list of sizes from 4MiB to 512MiB, not '1MiB'"],
  [['rate', '--goal', '2GiB'], "--goal must be a list of sizes from 4MiB to 1024MiB, not '2GiB'"],
  [['rate', '--procs', '2'], "overrun rate has no option --procs; it is the sweep's"],
  [['--goal', '1GiB'], "--goal must be a list of sizes from 4MiB to 512MiB, not '1GiB'"],
  [['--procs', '4,'], "--procs must be a whole number from 1 to 64, not ''"],
  [
    ['--noise', '-1,'],
    "overrun: Option '--noise' argument is ambiguous; see sawtooth overrun --help",
  ],
  [['--instances', '0'], "--instances must be a whole number from 1 to 16, not '0'"],
  [['--gate', 'goal,wide'], "--gate must be a list of off, goal, hard, not 'wide'"],
  [['--stack-scans', 'any,all'], "--stack-scans must be a list of owner, any, not 'all'"],
  [['--campaign', file, '--stack-scans', 'any'], '--campaign has no --stack-scans'],
  [['--cause', 'sleep'], "--cause must be a list of vanish, park, drained, not 'sleep'"],
  [['--fault', 'nowhere'], "--fault has no point 'nowhere'; run --fault list prints them"],
  [['--seconds', '0'], "--seconds must be a number above 0, up to 86400, not '0'"],
  [['--minutes', '3'], '--minutes is of a --campaign FILE'],
  [
    ['--campaign', file, '--gate', 'off'],
    '--campaign needs a gate: without one there is no bound; goal or hard',
  ],
  [['--campaign', file, '--gate', 'goal,hard'], '--campaign is of one policy: --gate has several'],
  [
    ['--campaign', file, '--fault', 'refill'],
    '--campaign has no --fault: it takes --minutes, --termination, ',
  ],
  [['--campaign', file, '--quick'], '--campaign has no --quick'],
  [['--json', 'no/such/directory/a.json'], 'its directory is missing or cannot be written'],
])('%j is a usage error', (argv, message) => {
  expect(() => parseOptions(argv)).toThrow(UsageError)
  expect(() => parseOptions(argv)).toThrow(message)
})

test('faults and causes together are a usage error', () => {
  expect(() => casesFor('--fault', 'refill', '--cause', 'park')).toThrow('give one or the other')
})
