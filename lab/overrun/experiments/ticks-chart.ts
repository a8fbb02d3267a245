/** A chart of what was found in each run or cycle: a tick for each, a line for each policy. */
import type { ExperimentResult } from '../results.ts'

export interface TicksChart {
  readonly title: string
  /** What the ticks measure, in MiB. */
  readonly axis: string
  /** Where a rule stands, in MiB. */
  readonly rule: number
  readonly ticks: readonly {
    readonly policy: string
    /** Each has a part of the chart to itself, in the order of their first ticks. */
    readonly situation: string
    readonly MiB: number
  }[]
}

export function ticksChart({ title, axis, rule, ticks }: TicksChart): ExperimentResult['chart'] {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title,
    data: { values: ticks },
    facet: {
      row: {
        field: 'situation',
        type: 'nominal',
        title: null,
        sort: null,
        header: { labelAngle: 0, labelAlign: 'left' },
      },
    },
    spec: {
      width: 480,
      height: 60,
      layer: [
        {
          mark: { type: 'tick' },
          encoding: {
            x: { field: 'MiB', type: 'quantitative', title: axis },
            y: { field: 'policy', type: 'nominal', title: null },
            color: { field: 'policy', type: 'nominal', legend: null },
          },
        },
        { mark: { type: 'rule', strokeDash: [4, 4] }, encoding: { x: { datum: rule } } },
      ],
    },
  }
}
