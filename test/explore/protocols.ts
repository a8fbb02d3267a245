/** The protocols that are explored, by name. */
import { UsageError } from '../../runtime/errors/usage-error.ts'
import type { Protocol } from './protocol.ts'
import { assistTakesOver } from './protocols/assist-takes-over.ts'
import { assists } from './protocols/assists.ts'
import { channel } from './protocols/channel.ts'
import { gate } from './protocols/gate.ts'
import { gateHelping } from './protocols/gate-helping.ts'
import { gateToken } from './protocols/gate-token.ts'
import { helping } from './protocols/helping.ts'
import { mutualExclusion } from './protocols/mutual-exclusion.ts'
import { noPassing } from './protocols/no-passing.ts'
import { racingMarks } from './protocols/racing-marks.ts'
import { racingStores } from './protocols/racing-stores.ts'
import { raggedBarrier } from './protocols/ragged-barrier.ts'
import { remoteScan } from './protocols/remote-scan.ts'
import { roles } from './protocols/roles.ts'
import { runQueues } from './protocols/run-queues.ts'
import { scanRequest } from './protocols/scan-request.ts'
import { shades } from './protocols/shades.ts'
import { stackScan } from './protocols/stack-scan.ts'
import { stealing } from './protocols/stealing.ts'
import { stop } from './protocols/stop.ts'
import { sweep } from './protocols/sweep.ts'
import { termination } from './protocols/termination.ts'
import { twoCycles } from './protocols/two-cycles.ts'
import { wakeUps } from './protocols/wake-ups.ts'
import { workQueue } from './protocols/work-queue.ts'

export const protocols: readonly Protocol[] = [
  workQueue,
  termination,
  assistTakesOver,
  helping,
  noPassing,
  stop,
  sweep,
  channel,
  runQueues,
  raggedBarrier,
  stealing,
  wakeUps,
  shades('atomic'),
  shades('plain'),
  racingStores('atomic', 'plain'),
  racingStores('atomic', 'atomic'),
  racingStores('plain', 'plain'),
  racingStores('plain', 'atomic'),
  racingMarks,
  twoCycles,
  stackScan,
  scanRequest,
  remoteScan('grow', 'scanner'),
  remoteScan('grow', 'goroutine'),
  remoteScan('end', 'scanner'),
  remoteScan('grow-end', 'goroutine'),
  roles,
  assists,
  gate,
  gateHelping,
  gateToken,
  mutualExclusion,
]

export function protocolNamed(name: string): Protocol {
  const found = protocols.find(protocol => protocol.name === name)
  if (found !== undefined) return found
  throw new UsageError(
    `there is no protocol '${name}'; there is ${protocols.map(({ name }) => name).join(', ')}`,
  )
}
