import { expect, test } from 'vitest'
import { repositoryFiles, type SourceFile, typeScriptIn } from './files.ts'

/** What must be read to trust the collector; it could run in a browser's workers. */
const core = ['memory', 'heap', 'gc', 'scheduler']
/** What checks the heap, tells of a run, and orders its threads is read for its own sake. */
const besideTheCore = ['gc/verify/', 'gc/record/', 'memory/controlled/']
/** Of the pacers, which are plug-ins and grow in number, what the collector asks of one is counted. */
const askedOfPacers = ['gc/pacer/pacer.ts', 'gc/pacer/check.ts', 'gc/pacer/worker-counts.ts']
const mostCoreLines = 7400

/** Absolute paths of somebody's machine; a relative one or a URL's path is none. */
const machinePath = /(?:(?<![\w.~})\]*/-])|(?<=file:\/\/))\/(?:work|root|tmp|home|Users)\/\w[^\s'"`)]*/g

/** Hosts that packages come from; a lockfile that names one does not install elsewhere. */
const registryHost = /\b(?:registry\.[\w-]+\.\w+|[\w.-]+\.(?:jfrog\.io|pkg\.dev)|npm\.pkg\.github\.com)\b/g

function found(pattern: RegExp, files: readonly SourceFile[]): string[] {
  return files.flatMap(file => [...file.text.matchAll(pattern)].map(match => `${file.path}: ${match[0]}`))
}

const saying = (text: string): SourceFile[] => [{ path: 'a.md', text }]

test('machine paths and registry hosts are found where they stand', () => {
  for (const folder of ['work', 'root', 'tmp', 'home']) {
    const path = ['', folder, 'x', 'heap.ts'].join('/')
    for (const text of [path, `see ${path}.`, `'${path}'`, `(${path})`, `file://${path}`])
      expect(found(machinePath, saying(text)), text).toHaveLength(1)
  }
  expect(found(machinePath, saying('gc/work/queue.ts ./root/a ../tmp/b https://example.org/home/x'))).toEqual([])
  for (const host of [
    ['registry', 'npmjs', 'org'],
    ['acme', 'jfrog', 'io'],
  ].map(parts => parts.join('.')))
    expect(found(registryHost, saying(`"resolved": "https://${host}/piscina"`))).toHaveLength(1)
  expect(found(registryHost, saying('the registry. A registry of types: registry.add(type)'))).toEqual([])
})

test('no file names a path of the machine it was written on', () => {
  expect(found(machinePath, repositoryFiles())).toEqual([])
})

test('no file names a package registry', () => {
  const files = repositoryFiles()
  expect(found(registryHost, files)).toEqual([])
  expect(files.find(file => file.path === 'package-lock.json')?.text).not.toContain('"resolved": "http')
})

/** Lines that hold code: no comment and no blank ones. */
function codeLines(files: readonly SourceFile[]): number {
  const lines = files.flatMap(({ text }) => text.replaceAll(/\/\*.*?\*\//gs, '').split('\n'))
  return lines.filter(line => !/^\s*(?:\/\/.*)?$/.test(line)).length
}

test('comments and blank lines are no code', () => {
  expect(codeLines(saying('/** a\n * b */\n\n  // c\nlet d = 1 // e\n'))).toBe(1)
})

test(`the core holds at most ${mostCoreLines} lines of code`, () => {
  const files = typeScriptIn(repositoryFiles(), core).filter(
    ({ path }) =>
      !besideTheCore.some(room => path.startsWith(room)) &&
      (!path.startsWith('gc/pacer/') || askedOfPacers.includes(path)),
  )
  const lines = codeLines(files)
  const above = codeLines(typeScriptIn(repositoryFiles(), ['runtime']))
  console.log(`${lines} lines of code in ${core.join(', ')} without the pacers; ${above} in runtime`)
  expect(lines).toBeLessThanOrEqual(mostCoreLines)
})
