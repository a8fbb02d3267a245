// A page in a browser without a window: what the page logs, what it requests from the network, and
// how it is laid out.
import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { HANG_MS } from './hang.ts'
import { inScratch } from './run-cli.ts'

/** What the measuring script found, and what the browser logged. */
interface Seen {
  /** The elements that the selector finds. */
  readonly pictures: readonly { readonly width: number; readonly height: number }[]
  readonly pageWidth: number
  readonly windowWidth: number
  readonly requests: readonly string[]
  readonly console: readonly string[]
}

export const WINDOW_WIDTH = 1200
export const chromium = found('chromium')
/** For the name of a test. */
export const otherwise = chromium === null ? ' (skipped: there is no chromium on the PATH)' : ''

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
 * Opens a page, with a measuring script added to it. No other script may run. A server of this
 * process serves the page, and the browser resolves every host to that server. So the server sees
 * whatever else the page requests. `pictures` is a selector; `act` is a script that runs first.
 */
export async function open(page: string, pictures = 'svg', act = ''): Promise<Seen> {
  const measure = `<script>addEventListener('load', async () => {
    ${act}
    const size = svg => { const { width, height } = svg.getBoundingClientRect(); return { width, height } }
    const { scrollWidth: pageWidth, clientWidth: windowWidth } = document.documentElement
    const seen = { pictures: [...document.querySelectorAll('${pictures}')].map(size), pageWidth, windowWidth }
    document.body.replaceChildren(JSON.stringify(seen))
  })</script>`
  const allowed = page.includes('script-src')
    ? page
    : page.replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
  const measured = allowed.replace('</body>', () => `${measure}</body>`)
  const requests: string[] = []
  const server = createServer(({ headers, url }, response) => {
    if (headers.host === 'report.example' && url === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(measured)
      return
    }
    // The browser also looks for updates of itself. Such a request names no referrer.
    if (headers.referer !== undefined) requests.push(`${headers.host}${url}`)
    response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await inScratch(async scratch => {
      const flags = [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--hide-scrollbars',
        '--enable-logging=stderr',
      ]
      const own = [
        `--user-data-dir=${join(scratch, 'profile')}`,
        `--window-size=${WINDOW_WIDTH},900`,
        `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
      ]
      const { stdout, stderr } = await promisify(execFile)(
        chromium ?? 'chromium',
        [...flags, ...own, '--dump-dom', 'http://report.example/'],
        { timeout: HANG_MS },
      )
      const [, body = ''] = /<body>([^<]*)<\/body>/.exec(stdout) ?? []
      const seen = JSON.parse(body) as Omit<Seen, 'console' | 'requests'>
      return {
        ...seen,
        requests,
        console: stderr.split('\n').filter(line => line.includes('CONSOLE')),
      }
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
