// The reference rule: what a comment or a page names can be found.
//
//   1. A path from the root leads to a file or a folder. A file's name without all of its folders
//      is the end of some file's path. A test may be named without `test/` and its endings, and
//      what is built stands for its source. Files of others are listed in `foreign`.
//   2. A relative link of a page leads to a file or a folder, and its anchor to a heading.
//   3. A section, written with its sign behind the name of a page, is a numbered heading there.
//      In a page, a section without a name is the page's own.
//   4. A decision's number is that of a page in docs/decisions. A link that shows one leads there.
//
// Blocks of code in pages are commands and programs. In these only paths from the root are looked
// at.
import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './files.ts'

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
    ]
    if (isPage(passage.file) && !passage.isCode) dead.push(...deadLinks(passage, house))
    return [...new Set(dead)].map(what => `${passage.file}:${passage.line}: ${what}`)
  })
}

class House {
  private readonly paths = new Set<string>()
  private readonly ends = new Set<string>()
  private readonly texts: ReadonlyMap<string, string>

  constructor(files: readonly SourceFile[]) {
    this.texts = new Map(files.map(({ path, text }) => [path, text]))
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

  decision(number: string): string | undefined {
    return [...this.paths].find(path => path.startsWith(`docs/decisions/${number}-`))
  }
}

const isPage = (path: string): boolean =>
  /^(?:docs\/.*|README|CHANGELOG|CONTRIBUTING)\.md$/.test(path)

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
function commentsOf({ path, text }: SourceFile): Passage[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const ranges = new Map<number, number>()
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source)
    for (const child of children) visit(child)
    if (children.length > 0) return
    for (const found of ts.getLeadingCommentRanges(text, node.pos) ?? [])
      ranges.set(found.pos, found.end)
    for (const found of ts.getTrailingCommentRanges(text, node.end) ?? [])
      ranges.set(found.pos, found.end)
  }
  visit(source)
  const comments: Passage[] = []
  let last = -1
  for (const [start, end] of [...ranges].sort(([a], [b]) => a - b)) {
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
