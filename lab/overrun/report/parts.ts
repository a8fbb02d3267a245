/** Parts that several sections of a report share. */
import { type Child, html, type Markup } from '../../report/markup.ts'
import type { SeriesStyle } from './policies.ts'

/** One section; its title is a link at the top of the page. */
export interface Section {
  readonly id: string
  readonly title: string
  readonly body: Markup
}

/** A chart, or several side by side, with a caption. */
export function figure(charts: readonly Markup[], caption: Child): Markup {
  return html`<figure><div class="charts">${charts}</div><figcaption>${caption}</figcaption></figure>`
}

/** The policies' colours in words. */
export function legend(styles: readonly SeriesStyle[]): Markup {
  return html`<ul class="legend">${styles.map(style => html`<li>${swatch(style)} ${style.label}</li>`)}</ul>`
}

export function swatch({ colour, dash }: SeriesStyle): Markup {
  const line = dash.length === 0 ? 'solid' : (dash[0] ?? 0) > 3 ? 'dashed' : 'dotted'
  return html`<span class="swatch" style="border-top:3px ${line} ${colour}"></span>`
}

/**
 * A table. Cells that begin with a digit are aligned to the right, and so are the heads above them.
 */
export function table(heads: readonly Child[], rows: readonly (readonly Child[])[]): Markup {
  const isNumber = heads.map(
    (_, column) => rows.length > 0 && rows.every(row => isNumeric(row[column] ?? null)),
  )
  const cell = (child: Child, column: number): Markup =>
    isNumber[column] ? html`<td class="number">${child}</td>` : html`<td>${child}</td>`
  const head = (child: Child, column: number): Markup =>
    isNumber[column]
      ? html`<th class="number" scope="col">${child}</th>`
      : html`<th scope="col">${child}</th>`
  return html`<div class="table"><table><thead><tr>${heads.map(head)}</tr></thead><tbody>${rows.map(
    row => html`<tr>${row.map(cell)}</tr>`,
  )}</tbody></table></div>`
}

function isNumeric(child: Child): boolean {
  return (
    typeof child === 'number' ||
    child === null ||
    (typeof child === 'string' && /^(?:[-−\d]|–?$)/.test(child))
  )
}
