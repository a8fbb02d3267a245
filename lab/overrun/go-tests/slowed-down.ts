/**
 * Go's tests that are slowed down, or skipped, because of golang/go#52433 and its relatives: the
 * programs that they run, without what slows them down. Nothing of Go's text is kept here.
 */
import { leaveOut, type Omission } from '../go-variants/insert.ts'

export interface SlowedDown {
  readonly name: string
  /** A folder or a file of Go, as a path in it. */
  readonly source: string
  readonly args: readonly string[]
  readonly omissions: readonly Omission[]
  /** What a run that passes prints last; empty: its exit code says all. */
  readonly passes: string
}

const PROGRAMS = 'src/runtime/testdata/testprog'

const inMemoryLimit = (at: Omission['at']): Omission => ({
  file: 'gc.go',
  inFunction: 'gcMemoryLimit',
  at,
})

/** The writes to what was allocated, and the yield behind a round of it. */
const MEMORY_LIMIT: readonly Omission[] = [
  inMemoryLimit({ block: /^for j := range memLimitSink\[i\] \{$/ }),
  inMemoryLimit({ behind: /\bGosched to slow down\b/ }),
]

/** The yield behind a round of allocations. */
const HEAP_SAMPLING: readonly Omission[] = ['allocInterleaved', 'allocSmall'].map(inFunction => ({
  file: 'heapsampling.go',
  inFunction,
  at: { behind: /#52433\.$/ },
}))

export const SLOWED_DOWN: readonly SlowedDown[] = [
  {
    name: 'GCMemoryLimit',
    source: PROGRAMS,
    args: ['GCMemoryLimit'],
    omissions: MEMORY_LIMIT,
    passes: 'OK\n',
  },
  {
    name: 'GCMemoryLimitNoGCPercent',
    source: PROGRAMS,
    args: ['GCMemoryLimitNoGCPercent'],
    omissions: MEMORY_LIMIT,
    passes: 'OK\n',
  },
  // Go skips its test. There is nothing in the program that slows it down.
  { name: 'GCSys', source: PROGRAMS, args: ['GCSys'], omissions: [], passes: 'OK\n' },
  {
    name: 'heapsampling',
    source: 'test/heapsampling.go',
    args: [],
    omissions: HEAP_SAMPLING,
    passes: '',
  },
]

/** A file of that source without what slows it down. Throws PlaceNotFound. */
export function unslowed({ omissions }: SlowedDown, file: string, text: string): string {
  return omissions
    .filter(omission => omission.file === file)
    .reduce((source, omission) => leaveOut(source, omission), text)
}
