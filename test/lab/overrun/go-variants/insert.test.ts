import { expect, test } from 'vitest'
import { insert, type Place, PlaceNotFound } from '../../../../lab/overrun/go-variants/insert.ts'

// Written for this test: Go's form, and nothing of Go's text.
const source = `package bakery

func knead(dough int) int {
	if dough > 3 {
		return 3
	}
	return dough
}

func bake(loaves int) {
	oven := open()
	for i := 0; i < loaves; i++ {
		if i > 2 {
			rest()
		}
		put(oven, i)
	}
	shut(oven)
	shut(oven)
}
`

const inBake = (at: Place, ...lines: readonly string[]): string =>
  insert(source, { file: 'bakery.go', inFunction: 'bake', at, lines })

/** The line before the new one, the new one, and the line after it. */
function around(text: string, line: string): string[] {
  const lines = text.split('\n')
  const index = lines.findIndex(one => one.trim() === line)
  return lines.slice(index - 1, index + 2)
}

test.each<[Place, readonly string[]]>([
  ['start', ['func bake(loaves int) {', '\tlight()', '\toven := open()']],
  [{ before: /^put\(oven, / }, ['\t\t}', '\t\tlight()', '\t\tput(oven, i)']],
  [{ behind: /^put\(oven, / }, ['\t\tput(oven, i)', '\t\tlight()', '\t}']],
  [{ atStartOf: /^if i > 2 \{$/ }, ['\t\tif i > 2 {', '\t\t\tlight()', '\t\t\trest()']],
  [{ atEndOf: /^for .* \{$/ }, ['\t\tput(oven, i)', '\t\tlight()', '\t}']],
])('a line is put in at %o, indented as the place', (at, expected) => {
  const text = inBake(at, 'light()')
  expect(around(text, 'light()')).toEqual(expected)
  expect(text.replace(/^\t*light\(\)\n/m, '')).toBe(source)
})

test('several lines stay together, and in order', () => {
  const text = inBake({ before: /^put\(/ }, 'if cold() {', '\tlight()', '}')
  expect(text).toContain('\t\tif cold() {\n\t\t\tlight()\n\t\t}\n\t\tput(oven, i)\n')
})

test.each<[string, string, Place, string]>([
  ['a function that is not there', 'fry', 'start', 'bakery.go has no function fry'],
  [
    'a line that is in another function',
    'bake',
    { behind: /^return 3$/ },
    'bake in bakery.go has no line of the shape ^return 3$',
  ],
  [
    'a shape that two lines have',
    'bake',
    { behind: /^shut\(oven\)$/ },
    'bake in bakery.go has 2 lines of the shape ^shut\\(oven\\)$',
  ],
])('%s is no place, and the complaint says what is missing', (_, inFunction, at, message) => {
  const insertion = { file: 'bakery.go', inFunction, at, lines: ['light()'] }
  expect(() => insert(source, insertion)).toThrow(new PlaceNotFound(message))
})
