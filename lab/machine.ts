/** The machine on which the figures were measured. */
import { availableParallelism, cpus } from 'node:os'
import { name, object, orNull, type Shape, whole } from './shape.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly platform: string
  readonly node: string
  /** What `go version` prints; null if Go was not measured. */
  readonly go: string | null
}

export const machineShape: Shape<Machine> = object({
  ...{ cpu: name, platform: name, node: name },
  cores: whole(1, 1e6),
  go: orNull(name),
})

/**
 * This machine.
 *
 * @param go - what `go version` prints; null if Go was not measured
 */
export function thisMachine(go: string | null): Machine {
  const { platform, arch, version } = process
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    platform: `${platform} ${arch}`,
    node: version,
    go,
  }
}

export function formatMachine({ cpu, cores, platform, node, go }: Machine): string {
  return `${cores} ${cores === 1 ? 'core' : 'cores'} of ${cpu}, ${platform}, Node ${node}${go === null ? '' : `, ${go}`}`
}
