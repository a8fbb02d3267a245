import { expect, test } from 'vitest'
import { Random } from '../../../lab/random.ts'
import { resolveConfiguration } from '../../../runtime/configuration.ts'
import { faultPointNames } from '../../../runtime/faults.ts'
import { drawConfiguration, labelsOf, told } from '../../../trust/soak/configurations.ts'

const configurations = Array.from({ length: 2000 }, (_, seed) => drawConfiguration(new Random(seed)))

test('the runtime takes every configuration that is drawn', () => {
  for (const configuration of configurations) {
    const { flags, debug } = told(configuration)
    const resolved = resolveConfiguration('program.ts', flags, { GODEBUG: debug })
    expect(resolved.procs).toBe(configuration['procs'])
    expect(resolved.checkmark).toBe(configuration['check'] === true || configuration['checkmark'] === 1)
    expect(resolved.stopTheWorld).toBe(configuration['stopTheWorld'] ?? 0)
    expect(resolved.zealEvery > 0).toBe(configuration['zeal'] !== null)
    expect(resolved.faults.length).toBe(((configuration['fault'] ?? []) as readonly string[]).length)
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

test('every fault point is struck, and no thread is ended', () => {
  const specs = configurations.flatMap(({ fault }) => (fault ?? []) as readonly string[])
  const points = new Set(specs.map(spec => spec.replace(/[@:].*/, '')))
  expect([...points].sort()).toEqual([...faultPointNames].sort())
  expect(specs.filter(spec => spec.includes(':exit'))).toEqual([])
  expect(specs.some(spec => spec.includes(':fail'))).toBe(true)
})
