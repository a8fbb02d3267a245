import { describe, expect, test } from 'vitest'
import { reportHtml } from '../../../../lab/overrun/report/html.ts'
import { humanBytes, humanMs } from '../../../../runtime/report/units.ts'
import { noResults, someCase, someCost, someResults } from '../../../support/overrun-results.ts'

const SECTIONS = [
  'criteria',
  'distribution',
  'causes',
  'timelines',
  'costs',
  'experiments',
  'cases',
]

const sectionsOf = (page: string): string[] =>
  [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)
const partOf = (page: string, id: string): string =>
  page.split(`<section id="${id}"`)[1]?.split('</section>')[0] ?? ''
const count = (text: string, part: string): number => text.split(part).length - 1

const page = await reportHtml(someResults)

describe('the report', () => {
  test('has every section for which there are data, and a link to each', () => {
    expect(sectionsOf(page)).toEqual(SECTIONS)
    for (const id of SECTIONS) expect(page).toContain(`<a href="#${id}">`)
  })

  test.each([
    ['without anything', noResults, []],
    [
      'with cases of Go alone',
      { ...noResults, cases: [{ ...someCase, runtime: 'go' as const, worst: null, by: {} }] },
      ['distribution', 'cases'],
    ],
    [
      'with cases that have no cycle',
      { ...noResults, cases: [{ ...someCase, cycles: 0, overruns: [], by: {}, worst: null }] },
      ['cases'],
    ],
    ['with costs alone', { ...noResults, costs: [someCost] }, ['costs']],
    ['with criteria alone', { ...noResults, criteria: someResults.criteria }, ['criteria']],
  ])('leaves out sections: %s', async (_, results, sections) => {
    expect(sectionsOf(await reportHtml(results))).toEqual(sections)
  })

  test('has a row for every case, with its figures', async () => {
    const cases = [1, 8].flatMap(procs =>
      [4, 8, 16, 32, 64].map(mib => ({
        ...someCase,
        procs,
        goal: mib * 2 ** 20,
        cycles: 1000 * procs + mib,
      })),
    )
    const rows =
      partOf(await reportHtml({ ...noResults, cases }), 'cases').split('<tbody>')[1] ?? ''
    expect(count(rows, '<tr>')).toBe(cases.length)
    for (const { procs, goal, cycles } of cases)
      expect(rows).toMatch(
        new RegExp(
          `coordinator</span></td><td class="number">${(goal / 2 ** 20).toFixed(goal >= 10 * 2 ** 20 ? 1 : 2)} MiB</td><td class="number">${procs}</td>.*?${Math.floor(cycles / 1000)},${String(cycles % 1000).padStart(3, '0')}`,
        ),
      )
  })

  test('escapes all text', async () => {
    const evil = `"><img src=x onerror=alert(1)><script>'&`
    const [experiment] = someResults.experiments
    const escaped = await reportHtml({
      ...someResults,
      command: evil,
      machine: { cpu: evil, cores: 1, platform: evil, node: evil, go: evil },
      criteria: [{ says: evil, holds: true }],
      cases: someResults.cases.map(one => ({ ...one, injected: evil, by: { [evil]: 5 } })),
      costs: [{ ...someCost, program: evil }],
      experiments: [
        {
          ...experiment,
          name: evil,
          title: evil,
          issue: evil,
          found: evil,
          rows: [{ [evil]: evil }],
        },
      ],
    })
    expect(escaped).not.toContain('<script')
    expect(escaped).not.toContain('<img')
    expect(escaped).toContain(
      '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;&#39;&amp;',
    )
  })

  test('needs no network and runs no script', async () => {
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|<link rel="stylesheet"|@import|\bsrc=|url\(["']?http/)
  })

  test('links an issue to its page, and to nothing else', async () => {
    const links = [...page.matchAll(/href="(http[^"]*)"/g)].map(([, link]) => link)
    expect(links).toEqual(['https://github.com/golang/go/issues/40460'])
  })

  test('says of each criterion in a word whether it holds', async () => {
    const part = partOf(page, 'criteria')
    expect(part).toMatch(/✓ holds<\/span><span>the bound is kept in each of 8 cycles/)
    expect(part).toMatch(/✗ fails<\/span><span>within a factor 3 of Go/)
  })

  test('names the parts of a worst cycle, and draws what Ps took from the heap in it', async () => {
    const part = partOf(page, 'timelines')
    const worst = someCase.worst
    if (worst === null) throw new Error('no cycle ran past its goal')
    const [[cause, bytes]] = Object.entries(worst.by).toSorted(
      ([, one], [, other]) => other - one,
    ) as [[string, number]]
    expect(part).toContain(`${humanBytes(worst.overrun)} = ${humanBytes(bytes)} ${cause}`)
    for (const { point, ms } of worst.gaps) expect(part).toContain(`${point} ${humanMs(ms)}`)
    expect(part).toContain('MiB taken')
    // The area's edge rises: its points are not all on one level.
    const [, path = ''] = /class="mark-area[^"]*"[^>]*><path[^>]*? d="([^"]+)"/.exec(part) ?? []
    expect(
      new Set([...path.matchAll(/V([-\d.]+)|[ML][-\d.]+,([-\d.]+)/g)].map(([, v, y]) => v ?? y))
        .size,
    ).toBeGreaterThan(2)
  })

  test('tells natural delays from injected ones', async () => {
    expect(partOf(page, 'causes')).toMatch(/Natural delays[\s\S]*Injected delays/)
    expect(partOf(page, 'distribution')).toContain(
      'injected mark-termination/before-stop:stall=3ms',
    )
  })

  test('draws a policy in the same colour in each chart', async () => {
    for (const id of ['distribution', 'costs'])
      for (const colour of ['#d55e00', '#0072b2'])
        expect(count(partOf(page, id), colour), `${colour} in ${id}`).toBeGreaterThan(1)
  })

  test('a chart whose data are elsewhere is an error', async () => {
    const [experiment] = someResults.experiments
    const chart = { ...experiment.chart, data: { url: 'https://example.org/data.json' } }
    await expect(
      reportHtml({ ...noResults, experiments: [{ ...experiment, chart }] }),
    ).rejects.toThrow("a chart's data must be inside it")
  })
})
