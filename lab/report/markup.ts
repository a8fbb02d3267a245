/** HTML from templates. Every text in them is escaped, unless it is markup already. */

/** Text that is HTML already. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Child = Markup | string | number | null | readonly Child[]

/**
 * Markup with its children in place. Texts and numbers are escaped, null is nothing, and lists are
 * joined.
 */
export function html(strings: TemplateStringsArray, ...children: readonly Child[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...children.map(textOf)))
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ESCAPES[character] ?? character)
}

function textOf(child: Child): string {
  if (child === null) return ''
  if (child instanceof Markup) return child.text
  if (typeof child === 'object') return child.map(textOf).join('')
  return escapeHtml(String(child))
}
