/**
 * Draws Vega-Lite specifications as SVG. Vega is loaded when the first chart is drawn, so a command
 * that writes no report never loads it.
 */
import type { LoggerInterface } from 'vega'
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
  legend: {
    labelColor: TEXT,
    titleColor: TEXT,
    labelFontSize: 12,
    titleFontSize: 12,
    labelLimit: 400,
  },
  title: {
    color: TEXT,
    subtitleColor: '#57606a',
    fontSize: 13,
    fontWeight: 600,
    subtitleFontSize: 12,
    anchor: 'start',
  },
} as const

/** What the SVG says where a number is missing. */
const NO_NUMBER = /\b(?:NaN|Infinity|undefined)\b/

/**
 * Draws a chart.
 *
 * @param specification - its own `config` overrides the report's
 * @param says - what the chart shows, for readers who cannot see it
 * @throws Error for a specification that Vega-Lite refuses, for one whose data are elsewhere, and
 * for one in which a number is none
 */
export async function draw(specification: ChartSpecification, says: string): Promise<Markup> {
  const [{ parse, View, loader }, { compile }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
  ])
  const config = { ...CONFIG, ...(specification.config as object | undefined) }
  const complaints: string[] = []
  const logger = collector(complaints)
  const { spec } = compile(
    { padding: 4, background: 'transparent', ...specification, config } as unknown as TopLevelSpec,
    { logger },
  )
  const nothing = loader()
  const refuse = (uri: string): void =>
    void complaints.push(`a chart's data must be inside it, not at ${uri}`)
  nothing.load = uri => {
    refuse(uri)
    return Promise.reject(new Error('no network')) // which Vega takes for a warning
  }
  // Vega looks for a link's address even after a refusal, so a rejection would end the process.
  nothing.sanitize = uri => {
    refuse(uri)
    return Promise.resolve({ href: '#' })
  }
  const view = new View(parse(spec), { renderer: 'none', loader: nothing, logger })
  const svg = await view.toSVG()
  view.finalize()
  // The specification itself may hold such a word, in a name.
  if (NO_NUMBER.test(svg) && !NO_NUMBER.test(JSON.stringify(specification)))
    complaints.push('a number in the chart is none')
  if (complaints.length > 0) throw new Error(complaints[0])
  const title = says.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
  return new Markup(svg.replace('<svg ', () => `<svg role="img" aria-label="${title}" `))
}

/** Keeps the errors that Vega would write to the terminal, and ignores its warnings. */
function collector(complaints: string[]): LoggerInterface {
  const keep = (...said: readonly unknown[]): LoggerInterface => {
    complaints.push(said.map(String).join(' '))
    return logger
  }
  const pass = (): LoggerInterface => logger
  // The signature of `level` depends on its arguments.
  const level = ((given?: number) => (given === undefined ? 0 : logger)) as LoggerInterface['level']
  const logger: LoggerInterface = { level, error: keep, warn: pass, info: pass, debug: pass }
  return logger
}
