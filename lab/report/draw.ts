/** Vega-Lite specifications as SVG. Vega is loaded when the first chart is drawn: whoever asks for no report does without. */
import type { TopLevelSpec } from 'vega-lite'
import { Markup } from './markup.ts'

/** A specification with its data inside. */
export type ChartSpecification = Readonly<Record<string, unknown>>

const TEXT = '#24292f'
const GRID = '#e4e8ec'

const CONFIG = {
  font: 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: TEXT,
    titleColor: TEXT,
    gridColor: GRID,
    domainColor: '#b4bcc4',
    tickColor: '#b4bcc4',
    labelFontSize: 12,
    labelLimit: 400,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 8,
  },
  legend: { labelColor: TEXT, titleColor: TEXT, labelFontSize: 12, titleFontSize: 12, labelLimit: 400 },
  title: {
    color: TEXT,
    subtitleColor: '#57606a',
    fontSize: 13,
    fontWeight: 600,
    subtitleFontSize: 12,
    anchor: 'start',
  },
} as const

/**
 * Draws a chart.
 *
 * @param specification - its own `config` wins over the report's
 * @param says - what the chart shows, for who cannot see it
 * @throws Error for a specification that Vega-Lite does not take, or one whose data are elsewhere
 */
export async function draw(specification: ChartSpecification, says: string): Promise<Markup> {
  const [{ parse, View, loader, Error: OnlyErrors, logger }, { compile }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
  ])
  const config = { ...CONFIG, ...(specification['config'] as object | undefined) }
  const { spec } = compile({
    padding: 4,
    background: 'transparent',
    ...specification,
    config,
  } as unknown as TopLevelSpec)
  const nothing = loader()
  const wanted: string[] = []
  nothing.load = uri => {
    wanted.push(uri)
    return Promise.reject(new Error('no network')) // which Vega takes for a warning
  }
  const view = new View(parse(spec), { renderer: 'none', loader: nothing, logger: logger(OnlyErrors) })
  const svg = await view.toSVG()
  view.finalize()
  if (wanted.length > 0) throw new Error(`a chart's data must be inside it, not at ${wanted.join(', ')}`)
  const title = says.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
  return new Markup(svg.replace('<svg ', `<svg role="img" aria-label="${title}" `))
}
