/**
 * A page whose charts are drawn in the browser, with uPlot in it. They follow the reader's choice
 * of light or dark, and the width of the window.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { labFile } from '../package-files.ts'
import { html, Markup } from './markup.ts'
import { page } from './page.ts'

export interface UplotPage {
  readonly title: string
  /** A stylesheet of its own. */
  readonly style: string
  readonly body: Markup
  /** For the script, which finds it as JSON in the element `data`. */
  readonly data: unknown
  /** The page's script: a path in the lab. It may call what lines.js has. */
  readonly script: string
}

const LINES = labFile('report/lines.js')

/** Colours of lines, by the reader's choice. */
const COLOURS = `
:root { --black: #333333; --blue: #0072b2; --red: #d55e00; --green: #009e73; }
@media (prefers-color-scheme: dark) {
:root { --black: #d0d7de; --blue: #56b4e9; --red: #ff9552; --green: #3fcf9f; }
}
.chart { margin: 1.5rem 0; min-width: 0; }
.chart h3 { margin: 0 0 .25rem; }
.uplot, .uplot * { font-family: inherit; }
.uplot .u-legend th, .uplot .u-legend td { border: 0; padding: 2px; color: var(--text); }
.scroll { overflow-x: auto; }
.scroll td { white-space: nowrap; }
`

/** A whole HTML document. */
export function uplotPage({ title, style, body, data, script }: UplotPage): string {
  const uplot = createRequire(import.meta.url).resolve('uplot/dist/uPlot.iife.min.js')
  const css = readFileSync(uplot.replace('iife.min.js', 'min.css'), 'utf8')
  const scripts = [uplot, LINES, labFile(script)]
  return page({
    title,
    style: css + COLOURS + style,
    body,
    scripts: html`<script type="application/json" id="data">${new Markup(JSON.stringify(data).replaceAll('<', '\\u003c'))}</script>
${scripts.map(path => html`<script>${new Markup(inScript(readFileSync(path, 'utf8')))}</script>\n`)}`,
  })
}

/** The text of a script in which no `</script` ends it early. */
function inScript(text: string): string {
  return text.replaceAll('</script', '<\\/script')
}
