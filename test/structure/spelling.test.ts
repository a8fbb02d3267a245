// The words that cspell takes for right besides those of its dictionaries: a list in order, in
// which each word is used. A word that is not used any more would let a mistake pass.
import { expect, test } from 'vitest'
import { repositoryFiles } from './files.ts'

const LIST = 'cspell-words.txt'

test('the list of words is in order, in small letters, and names no word twice', () => {
  const words = listed()
  expect(words).toEqual([...new Set(words.map(word => word.toLowerCase()))].sort())
})

test('each word of the list is used', () => {
  const checked = repositoryFiles().filter(({ path }) => /\.(?:md|ts|js)$/.test(path))
  const used = new Set(checked.flatMap(({ text }) => wordsOf(text)))
  expect(listed().filter(word => !used.has(word))).toEqual([])
})

/** The words of a text, those within a name too: `memclrNoHeap` has three. */
function wordsOf(text: string): string[] {
  return (text.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? []).map(word => word.toLowerCase())
}

function listed(): string[] {
  const list = repositoryFiles().find(({ path }) => path === LIST)?.text ?? ''
  return list.trimEnd().split('\n')
}
