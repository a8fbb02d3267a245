import { expect, test } from 'vitest'
import { FAULT_POINTS } from '../../memory/fault-points.ts'
import { resolveConfiguration } from '../../runtime/options/configuration.ts'
import { Random } from '../support/random.ts'
import {
  type Configuration,
  drawConfiguration,
  labelsOf,
  liveBytesOf,
  told,
} from './configurations.ts'

const configurations = Array.from({ length: 2000 }, (_, seed) =>
  drawConfiguration(new Random(seed)),
)

test('the runtime takes every configuration that is drawn', () => {
  for (const configuration of configurations) {
    const { flags, environment } = told(configuration)
    const resolved = resolveConfiguration('program.ts', flags, environment)
    expect(resolved.memoryLimit).toBe(configuration.memoryLimit)
    expect(resolved.gcPercent).toBe(configuration.gogc === 'off' ? -1 : configuration.gogc)
    expect(resolved.procs).toBe(configuration.procs)
    expect(resolved.checkmark).toBe(configuration.check === true || configuration.checkmark === 1)
    expect(resolved.stopTheWorld).toBe(configuration.stopTheWorld ?? 0)
    expect(resolved.barrier).toBe(configuration.barrier ?? 'atomic')
    expect(resolved.heapMinimum).toBe(configuration.minimum)
    expect(resolved.zealEvery > 0).toBe(configuration.zeal !== null)
    expect(resolved.faults.length).toBe(((configuration.fault ?? []) as readonly string[]).length)
  }
})

test('every dimension takes more than one value, but for those that this process cannot have', () => {
  const labels = new Map<string, Set<string>>()
  for (const [dimension, label] of configurations.flatMap(labelsOf))
    labels.set(dimension, (labels.get(dimension) ?? new Set()).add(label))
  const single = [...labels].filter(([, { size }]) => size < 2).map(([dimension]) => dimension)
  expect(single).toEqual(['schedule'])
  expect(labels.get('procs')?.size).toBe(8)
})

test('memory limits are below, near and above what may live, by option and by environment, with and without GOGC', () => {
  const limited = configurations.filter(({ memoryLimit }) => memoryLimit !== null)
  const shares = limited.map(
    configuration => Number(configuration.memoryLimit) / liveBytesOf(configuration),
  )
  expect(Math.min(...shares)).toBeLessThan(0.1)
  expect(Math.max(...shares)).toBeGreaterThan(2)
  expect(shares.some(share => share >= 0.9 && share <= 1.1)).toBe(true)
  expect(limited.some(({ gogc, limits }) => gogc === 'off' && limits === 'environment')).toBe(true)
  expect(limited.some(({ gogc, limits }) => gogc === 'off' && limits === null)).toBe(true)
  const fromEnvironment = limited.find(({ limits }) => limits === 'environment') as Configuration
  const { flags, environment } = told(fromEnvironment)
  expect(flags.memoryLimit).toBe(undefined)
  expect(environment.GOMEMLIMIT).toBe(String(fromEnvironment.memoryLimit))
})

test('every fault point is struck, and no thread is ended', () => {
  const specs = configurations.flatMap(({ fault }) => (fault ?? []) as readonly string[])
  const points = new Set(specs.map(spec => spec.replace(/[@:].*/, '')))
  expect([...points].sort()).toEqual([...FAULT_POINTS].sort())
  expect(specs.filter(spec => spec.includes(':exit'))).toEqual([])
  expect(specs.some(spec => spec.includes(':fail'))).toBe(true)
})
