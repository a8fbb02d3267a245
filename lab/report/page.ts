/**
 * A page of the lab: one HTML file with everything in it. It opens from a file, needs no network,
 * and follows the reader's choice of light or dark. Charts that Vega has drawn are for a light
 * page, and keep it where the page is dark.
 */
import { html, Markup } from './markup.ts'
import { STYLE } from './style.ts'

export interface Page {
  readonly title: string
  /** A stylesheet of its own, behind that of all pages. */
  readonly style?: string
  /** What is in the page's main part. */
  readonly body: Markup
  /** Elements behind the main part that run. Without them the page may run nothing. */
  readonly scripts?: Markup
}

const LIGHT_OR_DARK = `
:root { color-scheme: light dark; --page: #fff; }
@media (prefers-color-scheme: dark) {
:root { --page: #0d1117; --text: #e6edf3; --muted: #9aa4af; --line: #30363d; --soft: #161b22; --good: #3fb98a; --bad: #f0883e; --link: #6cb2ff; }
svg { background: #fff; border-radius: 6px; }
}
body { background: var(--page); }
@media (max-width: 640px) { main { padding: 16px 12px 40px; } }
`

/** A whole HTML document. */
export function page({ title, style = '', body, scripts }: Page): string {
  const running = scripts === undefined ? '' : "script-src 'unsafe-inline'; "
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Markup(`default-src 'none'; style-src 'unsafe-inline'; ${running}img-src data:`)}">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(STYLE + LIGHT_OR_DARK + style)}</style>
</head>
<body>
<main>
${body}
</main>
${scripts ?? null}</body>
</html>
`.text
}
