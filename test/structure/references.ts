// The reference rule: what a comment or a page names can be found.
//
//   1. A path from the root leads to a file or a folder. A file's name without all of its folders
//      is the end of some file's path. A test may be named without `test/` and its endings, and
//      what is built stands for its source. Files of others are listed in `foreign`.
//   2. A relative link of a page leads to a file or a folder, and its anchor to a heading.
//   3. A section, written with its sign behind the name of a page, is a numbered heading there.
//      In a page, a section without a name is the page's own.
//   4. A decision's number is that of a page in docs/decisions. A link that shows one leads there.
//   5. A name of code is a word of some source's code. In a comment this is a name with a capital
//      inside, one with () behind it, a name in capitals with a `_`, and `Class.member`, whose
//      class must have the member. In a page it is the first of these between marks of code, and
//      any name in capitals with a `_`. A name of Go's runtime stands on docs/go-collector.md, or
//      in `foreignNames` with others.
//
// Blocks of code in pages are commands and programs. In these only paths from the root are looked
// at.
import { posix } from 'node:path'
import ts from 'typescript'
import { commentRanges, type SourceFile } from './files.ts'

/** Files that are no part of the repository: Go's, and a reader's own. */
const foreign: readonly string[] = [
  'mbarrier.go',
  'mcache.go',
  'mcheckmark.go',
  'mgc.go',
  'mgclimit.go',
  'mgcmark.go',
  'mgcpacer.go',
  'mgcpacer_test.go',
  'mgcsweep.go',
  'mgcwork.go',
  'mheap.go',
  'mwbbuf.go',
  'proc.go',
  'sizeclasses.go',
  'trees.ts', // what the README's reader saves
]

/** Names of others' code: Go's that docs/go-collector.md does not need, and V8's. */
const foreignNames: readonly string[] = [
  'Class', // stands for any
  'H_T', // the target of the soft and hard goals, in golang/go#14951
  'defaultHeapMinimum',
  'findRunnableGCWorker',
  'fmtNSAsMS',
  'forcePreemptNS',
  'gcMarkWorkAvailable',
  'heapGoalInternal',
  'itoaDiv',
  'kStackSpaceRequiredForCompilation',
  'latencyMs', // an example of CONTRIBUTING
  'maxObletBytes',
  'maxOvershoot',
  'memclrNoHeapPointersChunked',
  'memclrNoHeap', // an example of the spelling test
  'minRunway',
  'rootBlockBytes',
  'spanBudget',
  'sweepMinHeapDistance',
  'zDirector',
]

/** Where a path from the root begins. */
const folders = [
  'memory',
  'heap',
  'gc',
  'scheduler',
  'runtime',
  'lab',
  'examples',
  'test',
  'docs',
  'bin',
]

/** A comment, or a paragraph or a block of code of a page. */
interface Passage {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly isCode: boolean
}

/** One line for each name that leads nowhere, in the order of the files; none if all is well. */
export function deadReferences(files: readonly SourceFile[]): string[] {
  const house = new House(files)
  return files.flatMap(passagesOf).flatMap(passage => {
    const dead = [
      ...deadPaths(passage, house),
      ...deadSections(passage, house),
      ...deadDecisions(passage, house),
      ...deadNames(passage, house),
    ]
    if (isPage(passage.file) && !passage.isCode) dead.push(...deadLinks(passage, house))
    return [...new Set(dead)].map(what => `${passage.file}:${passage.line}: ${what}`)
  })
}

class House {
  private readonly paths = new Set<string>()
  private readonly ends = new Set<string>()
  private readonly texts: ReadonlyMap<string, string>
  private readonly words: ReadonlySet<string>
  private readonly members: ReadonlyMap<string, ReadonlySet<string>>

  constructor(files: readonly SourceFile[]) {
    this.texts = new Map(files.map(({ path, text }) => [path, text]))
    this.words = new Set([...files.flatMap(wordsOfCode), ...foreignNames])
    this.members = membersOf(files)
    for (const { path } of files) {
      const parts = path.split('/')
      for (let length = 1; length <= parts.length; length++) {
        this.paths.add(parts.slice(0, length).join('/'))
        for (let from = 0; from < length; from++) this.ends.add(parts.slice(from, length).join('/'))
      }
    }
  }

  /** A file or folder by its path from the root; `*` and `NAME` stand for some name. */
  has(path: string): boolean {
    if (path.includes('NAME')) return this.has(path.replaceAll('NAME', '*'))
    if (!path.includes('*')) return this.paths.has(path)
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*')}$`)
    return [...this.paths].some(each => pattern.test(each))
  }

  /** A file whose path ends so, or the source of one that is built. */
  hasEnd(end: string): boolean {
    const source = end.replace(/^dist\//, '').replace(/\.js$/, '.ts')
    return this.ends.has(end) || this.ends.has(source)
  }

  /** The headings of a page; none of what is no page. */
  headings(path: string): string[] {
    const text = (this.texts.get(path) ?? '').replaceAll(/^```.*?^```/gms, '')
    return [...text.matchAll(/^#+ +(.*)$/gm)].map(match => match[1] ?? '')
  }

  /** True of a class or interface of ours that has no such member, of its own or by extension. */
  lacks(owner: string, member: string): boolean {
    const found = this.members.get(owner)
    return found !== undefined && !found.has(member)
  }

  /** True of a word of some source's code, or of Go's. */
  hasName(name: string): boolean {
    return this.words.has(name)
  }

  decision(number: string): string | undefined {
    return [...this.paths].find(path => path.startsWith(`docs/decisions/${number}-`))
  }
}

const isPage = (path: string): boolean => path.endsWith('.md')

function passagesOf(file: SourceFile): Passage[] {
  if (isPage(file.path)) return partsOfPage(file)
  return /\.[cm]?[jt]s$/.test(file.path) ? commentsOf(file) : []
}

/** The blocks of code and the paragraphs of a page. */
function partsOfPage({ path, text }: SourceFile): Passage[] {
  let line = 1
  return text.split(/(^```.*?^```$|\n{2,})/ms).map(part => {
    const passage = { file: path, line, text: part, isCode: part.startsWith('```') }
    line += part.split('\n').length - 1
    return passage
  })
}

/** The comments of a source, without their stars. Lines of `//` that follow each other are one. */
function commentsOf(file: SourceFile): Passage[] {
  const { path, text } = file
  const comments: Passage[] = []
  let last = -1
  for (const [start, end] of commentRanges(file)) {
    const said = text.slice(start, end).replaceAll(/^\s*(?:\/\/|\/?\*+\/?)|\*\/$/gm, '')
    const previous = comments.at(-1)
    if (previous !== undefined && /^\n[ \t]*$/.test(text.slice(last, start)))
      comments[comments.length - 1] = { ...previous, text: `${previous.text}\n${said}` }
    else
      comments.push({
        file: path,
        line: text.slice(0, start).split('\n').length,
        text: said,
        isCode: false,
      })
    last = end
  }
  return comments
}

/** The members of each class and interface, with those of what it extends. */
function membersOf(files: readonly SourceFile[]): Map<string, Set<string>> {
  const members = new Map<string, Set<string>>()
  const bases = new Map<string, string[]>()
  for (const { path, text } of files) {
    if (!/\.ts$/.test(path)) continue
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
    const visit = (node: ts.Node): void => {
      if ((ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node)) && node.name) {
        const name = node.name.text
        const own = members.get(name) ?? new Set()
        members.set(name, own)
        for (const member of node.members) if (member.name) own.add(member.name.getText())
        const clauses = node.heritageClauses?.flatMap(({ types }) => [...types]) ?? []
        bases.set(name, [
          ...(bases.get(name) ?? []),
          ...clauses.map(type => type.expression.getText()),
        ])
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  for (let depth = 0; depth < 3; depth++)
    for (const [name, own] of members)
      for (const base of bases.get(name) ?? [])
        for (const member of members.get(base) ?? []) own.add(member)
  return members
}

/** The words of a source that are in no comment, and those of the page on Go's collector. */
function wordsOfCode(file: SourceFile): string[] {
  const { path, text } = file
  const isSource = /\.[cm]?[jt]s$/.test(path)
  if (!isSource && !/\.(?:go|jsonc?)$/.test(path) && path !== 'docs/go-collector.md') return []
  let code = ''
  let last = 0
  for (const [start, end] of isSource ? commentRanges(file) : []) {
    code += text.slice(last, start)
    last = end
  }
  return (code + text.slice(last)).match(/[A-Za-z_$][\w$]*/g) ?? []
}

const withCapitals = /(?<![\w./-])[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+\b(?![/.-]\w)/g

function deadNames({ file, text, isCode }: Passage, house: House): string[] {
  if (isCode) return []
  const named = (prose: string): string[] => [...prose.matchAll(withCapitals)].map(([name]) => name)
  const capitals = [...text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name)
  const members = [...text.matchAll(/\b([A-Z]\w+)\.([a-z]\w*)\b(?![.(]\w)/g)].filter(
    ([, owner = '', member = '']) => house.lacks(owner, member),
  )
  const names = isPage(file)
    ? [...capitals, ...[...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => named(code))]
    : [
        ...capitals,
        ...named(text),
        ...[...text.matchAll(/\b([a-z]\w*)\(\)/g)].map(match => match[1] ?? ''),
        ...[...text.matchAll(/\b([A-Z]\w+)\.([a-z]\w*)\b(?!\.)/g)]
          .filter(([name]) => !/\.(?:ts|js|md|go)$/.test(name))
          .flatMap(([, owner = '', member = '']) => [owner, member]),
      ]
  return [...names.filter(name => !house.hasName(name)), ...members.map(([name]) => name)]
}

const rooted = new RegExp(String.raw`(?<![\w./#:@<-])(?:${folders.join('|')})/[\w./*{},@-]*`, 'g')
/** A folder by its name, with its slash. */
const folder = /(?<![\w./#:@<>*}$-])[\w-]+\/(?=[`'’")\]]|[.,;:]?(?:\s|$))/g
const named = /(?<![\w./#:@<*-])[\w-][\w./-]*\.(?:ts|js|md|go)\b(?![\w/-])/g

function deadPaths({ text, isCode }: Passage, house: House): string[] {
  const prose = text.replaceAll(/\b\w+:\/\/\S+/g, '')
  const fromRoot = [...prose.matchAll(rooted)].map(([path]) => path.replace(/[.,/{-]+$/, ''))
  const leads = (path: string): boolean => house.has(path) || house.has(`test/${path}.test.ts`)
  const dead = fromRoot.filter(path => !alternatives(path).every(leads))
  if (isCode) return dead
  const names = [...prose.matchAll(named), ...prose.matchAll(folder)]
    .map(([name]) => name)
    .filter(name => !fromRoot.includes(name) && !/^[A-Z]+\./.test(name))
  return [
    ...dead,
    ...names.filter(name => !house.hasEnd(name.replace(/\/$/, '')) && !foreign.includes(name)),
  ]
}

/** `a/{b,c}` as `a/b` and `a/c`. */
function alternatives(path: string): string[] {
  const found = /^(.*)\{(.*?)\}(.*)$/.exec(path)
  if (found === null) return [path]
  const [, before = '', inside = '', after = ''] = found
  return inside.split(',').flatMap(each => alternatives(before + each + after))
}

function deadSections({ file, text }: Passage, house: House): string[] {
  const prose = text.replaceAll(/\s+/g, ' ')
  return [...prose.matchAll(/§ ?(\d+(?:\.\d+)*[a-z]?\b)?/g)].flatMap(
    ({ 0: citation, 1: number, index }) => {
      const before = /([\w./-]+\.md)\)?(?:,? (?:and )?§ ?[\w.]*\w)*,? (?:and )?$/.exec(
        prose.slice(0, index),
      )
      const page = before?.[1] ?? (isPage(file) ? file : undefined)
      if (page === undefined || number === undefined) return [`${citation} of no page`]
      const path = [page, posix.join(posix.dirname(file), page)].find(each => house.has(each))
      const isThere = house
        .headings(path ?? '')
        .some(heading => new RegExp(`^${number}[. ]`).test(heading))
      return isThere ? [] : [`${page} has no ${citation}`]
    },
  )
}

function deadDecisions({ text }: Passage, house: House): string[] {
  const numbers = [...text.matchAll(/\bdecisions?[ /](\d{4})\b/gi)].map(match => match[1] ?? '')
  const wrong = [...text.matchAll(/\[(?:decision )?(\d{4})\]\(([^)]*)\)/gi)].filter(
    ([, number = '', target = '']) => !posix.basename(target).startsWith(`${number}-`),
  )
  return [
    ...numbers
      .filter(number => house.decision(number) === undefined)
      .map(number => `decision ${number}`),
    ...wrong.map(([link]) => `${link} is another decision`),
  ]
}

function deadLinks({ file, text }: Passage, house: House): string[] {
  const prose = text.replaceAll(/`[^`\n]*`/g, code => code.replaceAll(/[[\]()]/g, ' '))
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(match => match[1] ?? '')
  return targets.filter(target => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const page = path === '' ? file : posix.join(posix.dirname(file), path).replace(/\/$/, '')
    return (
      !house.has(page) ||
      (anchor !== undefined && !house.headings(page).map(slugOf).includes(anchor))
    )
  })
}

/** A heading's anchor, as GitHub makes it. */
function slugOf(heading: string): string {
  const said = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  return said.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
}
