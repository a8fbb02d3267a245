// Draws a Vega-Lite specification as an SVG file that follows the viewer's preference for dark.
import { writeFileSync } from 'node:fs'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

/** Light, and what takes its place where the viewer prefers dark. */
export const COLOURS = {
  live: ['#0b7a75', '#3fc1b8'],
  goal: ['#c2410c', '#fb923c'],
  trigger: ['#6b7280', '#9ca3af'],
  mark: ['#e3ecf5', '#263241'],
  program: ['#c9e3d2', '#2f5d43'],
  worker: ['#1f4e79', '#4f8fcf'],
  fraction: ['#3f88c5', '#79b8f0'],
  idle: ['#a9cbe8', '#2f5a80'],
  wait: ['#d98c5f', '#b06a40'],
  assist: ['#f0c419', '#d9ae0c'],
  sweep: ['#e5989b', '#d4777b'],
  stop: ['#8b1e3f', '#d6486f'],
  setup: ['#f2b5c4', '#8f4a5d'],
  termination: ['#e0607e', '#f08aa2'],
  gc: ['#9fb8d0', '#51708e'],
  text: ['#24292f', '#e6edf3'],
  grid: ['#d8dee4', '#30363d'],
  ground: ['#ffffff', '#0d1117'],
}
export const LIGHT = Object.fromEntries(
  Object.entries(COLOURS).map(([name, [colour]]) => [name, colour]),
)

const CONFIG = {
  font: 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: LIGHT.text,
    titleColor: LIGHT.text,
    gridColor: LIGHT.grid,
    domainColor: LIGHT.grid,
    tickColor: LIGHT.grid,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
  },
  legend: { labelColor: LIGHT.text, labelFontSize: 13, labelLimit: 400 },
  title: { fontSize: 15, subtitleFontSize: 12 },
}

/**
 * CSS rules that exchange the colours where the viewer prefers dark. They win over the attributes
 * that Vega writes.
 */
function darkRules() {
  const rules = Object.values(COLOURS).flatMap(([day, night]) =>
    ['fill', 'stroke'].map(attribute => `[${attribute}="${day}"]{${attribute}:${night}}`),
  )
  return `<style>@media (prefers-color-scheme: dark){${rules.join('')}}</style>`
}

/** Draws the chart, and writes it to the file. */
export async function drawSvg(specification, file) {
  const { spec } = compile({
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...{ padding: 14, background: LIGHT.ground, config: CONFIG },
    ...specification,
  })
  const svg = await new View(parse(spec), { renderer: 'none' }).toSVG()
  writeFileSync(file, `${svg.replace(/(<svg[^>]*>)/, `$1${darkRules()}`)}\n`)
}
