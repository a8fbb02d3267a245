import { expect, test } from 'vitest'
import { type ChartSpecification, draw } from '../../../lab/report/draw.ts'

const bars = (label: string, more: ChartSpecification = {}): ChartSpecification => ({
  data: { values: [{ name: label, value: 3 }] },
  mark: 'bar',
  title: label,
  encoding: { y: { field: 'name', type: 'nominal' }, x: { field: 'value', type: 'quantitative' } },
  ...more,
})

/** What String.replace takes for a pattern, what ends an element, and what a browser would run. */
const hostile = [
  '$&',
  '$`',
  "$'",
  '$1',
  '$$',
  '</title><script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='x",
]

test.each(hostile)('a title and a name are what they say: %s', async label => {
  const { text } = await draw(bars(label), label)
  const escaped = label.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
  expect(text.startsWith(`<svg role="img" aria-label="${escaped}" `)).toBe(true)
  expect(text.match(/<svg /g)?.length).toBe(1)
  expect(text).not.toMatch(/<(?:script|img)/)
})

test.each([
  [
    'a link',
    {
      encoding: {
        href: { value: 'javascript:alert(1)' },
        x: { field: 'value', type: 'quantitative' },
      },
    },
  ],
  ['a picture', { mark: 'image', encoding: { url: { value: 'https://example.org/a.png' } } }],
  ['data elsewhere', { data: { url: 'https://example.org/a.json' } }],
])('what is not inside a chart is an error: %s', async (_, more) => {
  await expect(draw(bars('a', more), 'a')).rejects.toThrow(
    "a chart's data must be inside it, not at ",
  )
})

test('a number that is none is an error, unless it is a name', async () => {
  const log = {
    y: { field: 'value', type: 'quantitative', axis: { format: '%' } },
    x: { datum: 1 },
  }
  await expect(
    draw({ ...bars('a', { data: { values: [{}] } }), mark: 'line', encoding: log }, 'a'),
  ).rejects.toThrow('a number in the chart is none')
  expect((await draw(bars('NaN'), 'NaN')).text).toContain('NaN')
})
