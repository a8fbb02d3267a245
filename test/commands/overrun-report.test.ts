// The report of the overrun lab in a browser.
import { expect, test } from 'vitest'
import { reportHtml } from '../../lab/overrun/report/html.ts'
import { chromium, open, otherwise, WINDOW_WIDTH } from '../support/browser.ts'
import { someResults } from '../support/overrun-results.ts'

test.skipIf(chromium === null)(
  `the report opens without an error or a request, each chart has a size, nothing is wider than the window${otherwise}`,
  async () => {
    const page = await reportHtml(someResults)
    const { pictures, pageWidth, windowWidth, requests, console } = await open(page)
    expect(console).toEqual([])
    expect(requests).toEqual([])
    // Two distributions and two charts of causes, each natural and injected; a timeline; two charts
    // of costs; one chart of an experiment.
    expect(pictures).toHaveLength(8)
    for (const { width, height } of pictures) {
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
    const { pageWidth, requests, console, pictures } = await open(
      '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><svg width="0" height="0"></svg><img src="http://elsewhere.example/missing.png"><div style="width:1300px">wide</div><script>console.error("so it is")</script></body></html>',
    )
    expect(console).toEqual([expect.stringContaining('so it is')])
    expect(requests).toEqual([expect.stringContaining('missing.png')])
    expect(pageWidth).toBe(1300 + 8)
    expect(pictures).toEqual([{ width: 0, height: 0 }])
  },
)
