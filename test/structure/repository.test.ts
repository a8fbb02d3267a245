import ts from 'typescript'
import { expect, test } from 'vitest'
import { repositoryFiles, type SourceFile, typeScriptIn } from './files.ts'

/** What must be read to trust the collector; it could run in a browser's workers. */
const core = ['memory', 'heap', 'gc', 'scheduler']
/** The parts that check the heap, record a run, or control its threads do not count. */
const besideTheCore = ['gc/verify/', 'gc/record/', 'memory/controlled/']
/**
 * Pacers are plug-ins, and more are added. So only what the collector asks of a pacer is counted.
 */
const askedOfPacers = ['gc/pacer/pacer.ts', 'gc/pacer/check.ts', 'gc/pacer/worker-counts.ts']
const mostCoreStatements = 6250

/** Absolute paths of somebody's machine; a relative one or a URL's path is none. */
const machinePath =
  /(?:(?<![\w.~})\]*/-])|(?<=file:\/\/))\/(?:work|root|tmp|home|Users)\/\w[^\s'"`)]*/g

/** Hosts that packages come from; a lockfile that names one does not install elsewhere. */
const registryHost =
  /\b(?:registry\.[\w-]+\.\w+|[\w.-]+\.(?:jfrog\.io|pkg\.dev)|npm\.pkg\.github\.com)\b/g

function found(pattern: RegExp, files: readonly SourceFile[]): string[] {
  return files.flatMap(file =>
    [...file.text.matchAll(pattern)].map(match => `${file.path}: ${match[0]}`),
  )
}

const saying = (text: string): SourceFile[] => [{ path: 'a.md', text }]

test('machine paths and registry hosts are found where they stand', () => {
  for (const folder of ['work', 'root', 'tmp', 'home']) {
    const path = ['', folder, 'x', 'heap.ts'].join('/')
    for (const text of [path, `see ${path}.`, `'${path}'`, `(${path})`, `file://${path}`])
      expect(found(machinePath, saying(text)), text).toHaveLength(1)
  }
  expect(
    found(machinePath, saying('gc/work/queue.ts ./root/a ../tmp/b https://example.org/home/x')),
  ).toEqual([])
  for (const host of [
    ['registry', 'npmjs', 'org'],
    ['acme', 'jfrog', 'io'],
  ].map(parts => parts.join('.')))
    expect(found(registryHost, saying(`"resolved": "https://${host}/piscina"`))).toHaveLength(1)
  expect(
    found(registryHost, saying('the registry. A registry of types: registry.add(type)')),
  ).toEqual([])
})

test('no file names a path of the machine it was written on', () => {
  expect(found(machinePath, repositoryFiles())).toEqual([])
})

test('no file names a package registry', () => {
  const files = repositoryFiles()
  expect(found(registryHost, files)).toEqual([])
  expect(files.find(file => file.path === 'package-lock.json')?.text).not.toContain(
    '"resolved": "http',
  )
})

/** Statements, members of classes and of interfaces. Comments, imports and breaks do not count. */
function statements(files: readonly SourceFile[]): number {
  let count = 0
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return
    if ((ts.isStatement(node) && !ts.isBlock(node)) || ts.isClassElement(node)) count++
    else if (ts.isTypeElement(node)) count++
    ts.forEachChild(node, visit)
  }
  for (const { path, text } of files)
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true))
  return count
}

test('statements and members are counted, and neither comments nor imports', () => {
  const text = `
    // a comment
    import { a } from './a.ts'
    interface B { readonly b: number }
    class C {
      d = 1
      e(
        f: number,
      ): number {
        if (f > 0) return f
        return 0
      }
    }`
  // Interface and its member, class and its two members, if and its return, return.
  expect(statements(saying(text))).toBe(8)
})

test(`the core holds at most ${mostCoreStatements} statements`, () => {
  const files = typeScriptIn(repositoryFiles(), core).filter(
    ({ path }) =>
      !besideTheCore.some(room => path.startsWith(room)) &&
      (!path.startsWith('gc/pacer/') || askedOfPacers.includes(path)),
  )
  const inCore = statements(files)
  const above = statements(typeScriptIn(repositoryFiles(), ['runtime']))
  console.log(`${inCore} statements in ${core.join(', ')} without the pacers; ${above} in runtime`)
  expect(inCore).toBeLessThanOrEqual(mostCoreStatements)
})

/** Lines of comments, and all lines. */
function linesOf(files: readonly SourceFile[]): { comments: number; all: number } {
  let comments = 0
  let all = 0
  for (const { text } of files) {
    all += text.trimEnd().split('\n').length
    for (const [comment] of text.matchAll(/^[ \t]*(?:\/\/.*|\/\*[\s\S]*?\*\/)/gm))
      comments += comment.split('\n').length
  }
  return { comments, all }
}

test('lines of comments are counted where nothing else is on the line', () => {
  expect(linesOf(saying('/** a\n * b */\n\n  // c\nlet d = 1 // e\n'))).toEqual({
    comments: 3,
    all: 5,
  })
})

// The concurrent memory code of Go and of MMTk has that many: fewer leave a reader without the
// reasons, and more hide the code. The tables of words are not counted: each word there needs its
// biography.
test.each(['memory', 'gc'])('20 to 40 percent of the lines of %s are comments', folder => {
  const files = typeScriptIn(repositoryFiles(), [folder])
  const { comments, all } = linesOf(files.filter(({ path }) => !path.startsWith('memory/words/')))
  expect(comments / all).toBeGreaterThan(0.2)
  expect(comments / all).toBeLessThan(0.4)
})
