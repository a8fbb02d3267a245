/**
 * The two pictures of golang/go#14951. Its controller moves the trigger by e(n), which is 0 wherever h = u_g / u_a: at the goal with a quarter of the CPU (h = 1), but half
 * way to it with half of the CPU as well. The surface shows e; the evolutions show where the cycles of pacers of that family came to lie.
 *
 *   h = (peak − trigger) / (goal − trigger)      u_a: share of the CPU while marking      u_g = 0.25
 */
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import type { Played } from './results.ts'

const GOAL_UTILIZATION = 0.25
const WIDTH = 300
const HEIGHT = 240
const MOST_H = 1.5
const [LEAST_U, MOST_U] = [0.2, 0.8]
const STEP = 0.025
/** Pacers that have this controller. */
const FAMILY = /^go1\.(?:5|10|14)(?::|$)/

const X = {
  scale: { domain: [0, MOST_H] },
  axis: { title: 'h: how much of the way from trigger to goal', grid: false },
}
const Y = { scale: { domain: [LEAST_U, MOST_U] }, axis: { title: 'share of the CPU', format: '%', grid: false } }

/** The curve on which the controller is content. */
const zero = {
  mark: { type: 'line', color: '#111111', strokeWidth: 2 },
  data: {
    values: Array.from({ length: 61 }, (_, at) => LEAST_U + (at / 60) * (MOST_U - LEAST_U)).map(u => ({
      u,
      h: GOAL_UTILIZATION / u,
    })),
  },
  encoding: {
    x: { field: 'h', type: 'quantitative', ...X },
    y: { field: 'u', type: 'quantitative', ...Y },
    order: { field: 'u' },
  },
} as const

/** null: no pacer of the family was played. From the real heap where it was, else from the stepped engine. */
export async function evolutionSection(played: readonly Played[]): Promise<Markup | null> {
  const family = played.filter(({ pacer }) => FAMILY.test(pacer))
  const engine = family.some(one => one.engine === 'real') ? 'real' : 'stepped'
  const own = family.filter(one => one.engine === engine && one.scenario === 'stepped/steady')
  if (own.length === 0) return null
  const charts = [await draw(surface(), 'The error e by growth of the heap and share of the CPU')]
  for (const one of own)
    charts.push(await draw(evolution(one), `The cycles of ${one.pacer} by growth and share of the CPU`))
  return html`<section id="evolution"><h2>The controller of golang/go#14951</h2>
<p>Left the error by which it moves the trigger: blue later, red earlier, none on the black line. Then the cycles of a steady heap, ${engine === 'real' ? 'measured' : 'simulated'}: those of pacers that expect the
whole heap to be live come to lie half way to the goal, at half of the CPU, and there the controller lets them be.</p>
<div class="figures">${charts}</div></section>`
}

function surface(): ChartSpecification {
  const values: { h: number; u: number; e: number }[] = []
  for (let h = 0; h < MOST_H; h += STEP * 2)
    for (let u = LEAST_U; u < MOST_U - 1e-9; u += STEP) {
      const [middleH, middleU] = [h + STEP, u + STEP / 2]
      values.push({ h, u, e: 1 - (middleU / GOAL_UTILIZATION) * middleH })
    }
  const cell = {
    mark: 'rect',
    data: { values: values.map(one => ({ ...one, h2: one.h + 2 * STEP, u2: one.u + STEP })) },
    encoding: {
      x: { field: 'h', type: 'quantitative', ...X },
      x2: { field: 'h2' },
      y: { field: 'u', type: 'quantitative', ...Y },
      y2: { field: 'u2' },
      color: {
        field: 'e',
        type: 'quantitative',
        scale: { scheme: 'redblue', domain: [-2, 2], clamp: true },
        legend: { title: 'e / (h_g − h_T)' },
      },
    },
  }
  return { title: 'e(n)', width: WIDTH, height: HEIGHT, layer: [cell, zero] }
}

function evolution({ pacer, series }: Played): ChartSpecification {
  const values = series.peak.flatMap((peak, cycle) => {
    const [trigger, goal] = [series.trigger[cycle] as number, series.goal[cycle] as number]
    const h = (peak - trigger) / Math.max(goal - trigger, 1)
    const u = series.utilization[cycle] as number
    return h <= MOST_H && u >= LEAST_U && u <= MOST_U ? [{ cycle: cycle + 1, h, u }] : []
  })
  const crosses = {
    mark: { type: 'point', shape: 'cross', size: 45, filled: true },
    data: { values },
    encoding: {
      x: { field: 'h', type: 'quantitative', ...X },
      y: { field: 'u', type: 'quantitative', ...Y },
      color: { field: 'cycle', type: 'quantitative', scale: { scheme: 'viridis' }, legend: { title: 'cycle' } },
    },
  }
  return { title: pacer, width: WIDTH, height: HEIGHT, layer: [zero, crosses] }
}
