// The report of the overrun lab in a browser without a window: what it logs, what it asks the network for, and how it is laid out.
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { reportHtml } from '../../lab/overrun/report/html.ts'
import { someResults } from '../support/overrun-results.ts'
import { inScratch } from '../support/run-cli.ts'

/** What the page's own measurements say, and what the browser logged of it. */
interface Seen {
  readonly svgs: readonly { readonly width: number; readonly height: number }[]
  readonly pageWidth: number
  readonly windowWidth: number
  readonly requests: readonly string[]
  readonly console: readonly string[]
}

const WINDOW_WIDTH = 1200
const chromium = found('chromium')
const otherwise = chromium === null ? ' (skipped: there is no chromium on the PATH)' : ''

function found(command: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, command)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not there: the next one.
    }
  }
  return null
}

/**
 * Opens a page, with a script added to it that measures it and is all that may run. The page comes from a server of its own to which the browser is
 * led for every host, so that it sees whatever else the page asks for.
 */
async function open(page: string): Promise<Seen> {
  const measure = `<script>addEventListener('load', () => {
    const size = svg => { const { width, height } = svg.getBoundingClientRect(); return { width, height } }
    const { scrollWidth: pageWidth, clientWidth: windowWidth } = document.documentElement
    const seen = { svgs: [...document.querySelectorAll('svg')].map(size), pageWidth, windowWidth }
    document.body.replaceChildren(JSON.stringify(seen))
  })</script>`
  const measured = page
    .replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
    .replace('</body>', `${measure}</body>`)
  const requests: string[] = []
  const server = createServer(({ headers, url }, response) => {
    if (headers.host === 'report.example' && url === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(measured)
      return
    }
    // The browser looks for news of itself as well, and refers to nobody.
    if (headers.referer !== undefined) requests.push(`${headers.host}${url}`)
    response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await inScratch(async scratch => {
      const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--enable-logging=stderr']
      const own = [
        `--user-data-dir=${join(scratch, 'profile')}`,
        `--window-size=${WINDOW_WIDTH},900`,
        `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
      ]
      const { stdout, stderr } = await promisify(execFile)(
        chromium ?? 'chromium',
        [...flags, ...own, '--dump-dom', 'http://report.example/'],
        { timeout: 60_000 },
      )
      const [, body = ''] = /<body>([^<]*)<\/body>/.exec(stdout) ?? []
      const seen = JSON.parse(body) as Omit<Seen, 'console' | 'requests'>
      return { ...seen, requests, console: stderr.split('\n').filter(line => line.includes('CONSOLE')) }
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test.skipIf(chromium === null)(
  `the report opens without an error or a request, each chart has a size, nothing is wider than the window${otherwise}`,
  async () => {
    const page = await reportHtml(someResults)
    const { svgs, pageWidth, windowWidth, requests, console } = await open(page)
    expect(console).toEqual([])
    expect(requests).toEqual([])
    // Two distributions and two charts of causes, natural and injected; a timeline; two charts of costs; one of an experiment.
    expect(svgs).toHaveLength(8)
    for (const { width, height } of svgs) {
      expect(width).toBeGreaterThan(200)
      expect(height).toBeGreaterThan(80)
    }
    expect(windowWidth).toBe(WINDOW_WIDTH)
    expect(pageWidth).toBe(windowWidth)
  },
)

test.skipIf(chromium === null)(
  `an error, a request and a page that is too wide would be seen${otherwise}`,
  async () => {
    const { pageWidth, requests, console, svgs } = await open(
      '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><svg width="0" height="0"></svg><img src="http://elsewhere.example/missing.png"><div style="width:1300px">wide</div><script>console.error("so it is")</script></body></html>',
    )
    expect(console).toEqual([expect.stringContaining('so it is')])
    expect(requests).toEqual([expect.stringContaining('missing.png')])
    expect(pageWidth).toBe(1300 + 8)
    expect(svgs).toEqual([{ width: 0, height: 0 }])
  },
)
