/**
 * The two pictures of golang/go#14951.
 *
 *   h = (peak − trigger) / (goal − trigger)
 *   u_a: share of the CPU while marking
 *   u_g: 0.25 on the surface; for a pacer its setting `target`
 *
 * 1. The controller of that proposal moves the trigger by e(n). It is 0 wherever h = u_g / u_a: at
 *    the goal with a quarter of the CPU (h = 1), but also half way to the goal with half of the
 *    CPU.
 * 2. The surface shows e.
 * 3. The evolutions show where the cycles of pacers of that family lie, simulated and real side by
 *    side, each beside the pacer's own line of e = 0.
 */
import { settingsOf } from 'sawtooth/internal/gc/pacer/registry'
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import { itemAt } from '../../indexed.ts'
import { type ChartSpecification, draw } from '../../report/draw.ts'
import { html, type Markup } from '../../report/markup.ts'
import type { Series } from './metrics.ts'
import type { LeagueEngine, Played } from './results.ts'

const WIDTH = 300
const HEIGHT = 240
const MOST_H = 1.5
const [LEAST_U, MOST_U] = [0.2, 0.8]
const STEP = 0.025
/** Pacers that have this controller. */
const FAMILY = /^go1\.(?:5|10|14)(?::|$)/
const SCENARIO = 'stepped/steady'
/** The scenario's h_g, since its GOGC is 100. */
const GOAL_GROWTH = 1

const X = {
  scale: { domain: [0, MOST_H] },
  axis: { title: 'h: how much of the way from trigger to goal', grid: false },
}
const Y = {
  scale: { domain: [LEAST_U, MOST_U] },
  axis: { title: 'share of the CPU', format: '%', grid: false },
}

/**
 * Where the controller of a pacer is content: h = w · u_g / u, with w = 1/(1 + h_g) under the
 * adjusted error curve and 1 otherwise.
 */
export function zeroCurve(pacer: string): (u: number) => number {
  const { target = BACKGROUND_UTILIZATION, curve } = settingsOf(pacer)
  const weight = curve === 1 ? 1 / (1 + GOAL_GROWTH) : 1
  return u => (weight * target) / u
}

function zeroLine(hOf: (u: number) => number): ChartSpecification {
  const shares = Array.from({ length: 61 }, (_, at) => LEAST_U + (at / 60) * (MOST_U - LEAST_U))
  return {
    mark: { type: 'line', color: '#111111', strokeWidth: 2, clip: true },
    data: { values: shares.map(u => ({ u, h: hOf(u) })) },
    encoding: {
      x: { field: 'h', type: 'quantitative', ...X },
      y: { field: 'u', type: 'quantitative', ...Y },
      order: { field: 'u' },
    },
  }
}

/** A run whose cycles are to be drawn. */
export interface Evolved {
  readonly pacer: string
  readonly engine: LeagueEngine
  readonly series: Pick<Series, 'trigger' | 'peak' | 'goal' | 'utilization'>
}

const NAMES: Readonly<Record<LeagueEngine, string>> = {
  stepped: 'simulated',
  noisy: 'simulated with noise',
  real: 'real heap',
}

/** The section; null if no pacer of the family was played, by the simulator or on the real heap. */
export async function evolutionSection(played: readonly Played[]): Promise<Markup | null> {
  const own = played.filter(
    ({ pacer, engine, scenario }) =>
      FAMILY.test(pacer) && engine !== 'noisy' && scenario === SCENARIO,
  )
  if (own.length === 0) return null
  return html`<section id="evolution"><h2>The controller of golang/go#14951</h2>
${await evolutionFigures(own)}</section>`
}

/** The surface of the error, and the cycles of each run, with the runs of a pacer side by side. */
export async function evolutionFigures(evolved: readonly Evolved[]): Promise<Markup> {
  const pacers = [...new Set(evolved.map(({ pacer }) => pacer))]
  const figures: Markup[] = []
  for (const pacer of pacers) {
    const charts: Markup[] = []
    for (const one of evolved.filter(other => other.pacer === pacer)) {
      const says = `The cycles of ${pacer} by growth and share of the CPU, ${NAMES[one.engine]}`
      charts.push(await draw(evolution(one), says))
    }
    figures.push(html`<h3>${pacer}</h3><div class="figures">${charts}</div>`)
  }
  const error = await draw(surface(), 'The error e by growth of the heap and share of the CPU')
  return html`<p>First the error by which it moves the trigger: blue later, red earlier, none on the black line. It is that of u_g = 0.25, which go1.5 and the proposal have. Then the cycles of a steady heap, with the
line on which that pacer's own controller is content: as shipped go1.10 and go1.14 have u_g = 0.3; under curve=1 the line is at half of the growth. Cycles of pacers that expect the
whole heap to be live come to lie half way to the goal, at half of the CPU, and there the controller lets them be. Workers are whole where they come near enough: on 8 P background=0.2 is two of them, a quarter. A cycle outside of a chart is drawn at its edge.</p>
<div class="figures">${error}</div>
${figures}`
}

function surface(): ChartSpecification {
  const values: { h: number; u: number; e: number }[] = []
  for (let h = 0; h < MOST_H; h += STEP * 2)
    for (let u = LEAST_U; u < MOST_U - 1e-9; u += STEP) {
      const [middleH, middleU] = [h + STEP, u + STEP / 2]
      values.push({ h, u, e: 1 - (middleU / BACKGROUND_UTILIZATION) * middleH })
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
  const zero = zeroLine(u => BACKGROUND_UTILIZATION / u)
  return { title: 'e(n), u_g = 0.25', width: WIDTH, height: HEIGHT, layer: [cell, zero] }
}

function evolution({ pacer, engine, series }: Evolved): ChartSpecification {
  let beyond = 0
  const values = series.peak.map((peak, cycle) => {
    const [trigger, goal] = [itemAt(series.trigger, cycle), itemAt(series.goal, cycle)]
    const trueH = (peak - trigger) / Math.max(goal - trigger, 1)
    const trueU = itemAt(series.utilization, cycle)
    const h = Math.min(Math.max(trueH, 0), MOST_H)
    const u = Math.min(Math.max(trueU, LEAST_U), MOST_U)
    if (h !== trueH || u !== trueU) beyond++
    return { cycle: cycle + 1, h, u }
  })
  const crosses = {
    mark: { type: 'point', shape: 'cross', size: 45, filled: true },
    data: { values },
    encoding: {
      x: { field: 'h', type: 'quantitative', ...X },
      y: { field: 'u', type: 'quantitative', ...Y },
      color: {
        field: 'cycle',
        type: 'quantitative',
        scale: { scheme: 'viridis' },
        legend: { title: 'cycle' },
      },
    },
  }
  const subtitle = `${beyond} of ${values.length} cycles are beyond the axes`
  return {
    title: beyond === 0 ? NAMES[engine] : { text: NAMES[engine], subtitle },
    ...{ width: WIDTH, height: HEIGHT, layer: [zeroLine(zeroCurve(pacer)), crosses] },
  }
}
