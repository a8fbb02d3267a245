/** What `sawtooth overrun NAME --help` prints: the experiment's own part, and what all have. */
import { MOST_SEED } from '../random.ts'
import type { Experiment, HelpOption } from './experiment.ts'
import { exits } from './help.ts'

/** Where the text of an option begins, as in the help of the sweep. */
const TEXT_COLUMN = 24

/** The help of an experiment. */
export function helpOf({
  name,
  about,
  takes,
  isBesideGo,
  options = [],
  example,
}: Experiment): string {
  return `${about}${isBesideGo === true ? '\nGo runs the same where it is installed.' : ''}

Usage:
  sawtooth overrun ${name} [options]

Options:
${[...options, ...commonOptions(takes.quickSeconds)].map(formatOption).join('\n')}

Takes about ${takes.minutes} ${takes.minutes === 1 ? 'minute' : 'minutes'} where nothing else runs, and longer on a busy machine.

${exits}

Example:
  sawtooth overrun ${name} ${example ?? '--quick --seed 7'}
`
}

/** The options that each experiment has. */
function commonOptions(quickSeconds: number): readonly HelpOption[] {
  return [
    ['--quick', `fewer runs: takes about ${quickSeconds} seconds`],
    ['--seed N', `0 to ${MOST_SEED}: the seeds of the runs follow from it (default: random)`],
    ['--json FILE', 'write the results'],
    ['--report FILE', 'write them as a page in HTML, with a chart'],
    ['--help', 'this text'],
  ]
}

function formatOption([usage, text]: HelpOption): string {
  const indent = ' '.repeat(TEXT_COLUMN)
  return `  ${usage}`.padEnd(TEXT_COLUMN) + text.replaceAll('\n', `\n${indent}`)
}
