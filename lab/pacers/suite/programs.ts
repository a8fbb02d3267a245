/** The programs of the suite. Each does the same work in every run, some 0.5 s of it on 2 cores. */
import { exampleFile, labFile } from '../../package-files.ts'

export interface SuiteProgram {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  /** The same in a tenth of a second. */
  readonly quick: readonly string[]
  /** Only where it is named: it takes too long for every run of the suite. */
  readonly onlyNamed?: true
}

/** Which program the values of GOGC are tried on. */
export const GOGC_PROGRAM = 'garbage'

export const SUITE: readonly SuiteProgram[] = [
  {
    name: 'alloc-storm',
    file: exampleFile('alloc-storm.ts'),
    args: ['--tasks', '256'],
    quick: ['--tasks', '48'],
  },
  { name: 'binary-trees', file: exampleFile('binary-trees.ts'), args: ['16'], quick: ['14'] },
  {
    name: 'garbage',
    file: labFile('pacers/programs/garbage.ts'),
    args: ['64', '1500'],
    quick: ['32', '400'],
  },
  {
    name: 'lru-cache',
    file: exampleFile('lru-cache.ts'),
    args: ['--live', '16MiB', '--rounds', '10'],
    quick: ['--live', '8MiB', '--rounds', '5'],
  },
  {
    name: 'pipeline',
    file: exampleFile('pipeline.ts'),
    args: ['--items', '30000'],
    quick: ['--items', '10000'],
  },
  {
    // 64 MiB live, as in the evaluation of golang/go#14951; some 4 s.
    name: 'garbage-64MiB',
    file: labFile('pacers/programs/garbage.ts'),
    args: ['540', '3500'],
    quick: ['540', '1200'],
    onlyNamed: true,
  },
]
