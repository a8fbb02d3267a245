// The barrier rule: the header of gc/mark/barrier.ts lists where else its parts are used. Beside it
// stands a list of the routines that store into the heap themselves (barrier.test.ts).
import ts from 'typescript'
import { type CallGraph, each, labelOf } from './call-graph.ts'
import type { SourceFile } from './files.ts'

const BARRIER = 'gc/mark/barrier.ts'

/** The routines that the header names, as `path routine`, sorted. */
export function listedSites(header: string): string[] {
  const lines = [...header.matchAll(/^ \* {3}(\S+\.ts) +(\S+(?:, \S+)*) {2,}\S/gm)]
  return lines
    .flatMap(([, path, names = '']) => names.split(', ').map(name => `${path} ${name}`))
    .sort()
}

/** The routines that use the barrier's methods or the word that turns it on, in the same form. */
export function barrierSites(graph: CallGraph): string[] {
  const found = new Set<string>()
  for (const source of graph.sources) {
    const path = source.fileName.slice(1)
    if (path === BARRIER) continue
    each(source, node => {
      if (isUse(node) && graph.declarationsAt(node).some(isPart))
        found.add(`${path} ${labelOf(node)}`)
    })
  }
  return [...found].sort()
}

/** True unless the name is only imported, exported or declared here. */
function isUse({ parent }: ts.Node): boolean {
  if (parent === undefined) return false
  return (
    !ts.isImportSpecifier(parent) &&
    !ts.isExportSpecifier(parent) &&
    !ts.isVariableDeclaration(parent)
  )
}

/** True if what is declared is a part of the barrier. */
function isPart(declared: ts.Node): boolean {
  if (ts.isVariableDeclaration(declared)) return declared.name.getText() === 'WRITE_BARRIER'
  if (!ts.isClassLike(declared.parent) || declared.parent.name?.text !== 'WriteBarrier')
    return false
  return ts.isMethodDeclaration(declared) || ts.isAccessor(declared)
}

/** The routines of a file that store words into the view `heap` themselves, as `path routine`. */
export function heapStores({ path, text }: SourceFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const found = new Set<string>()
  each(source, node => {
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment &&
      ts.isElementAccessExpression(node.left) &&
      /(?:^|\.)heap$/.test(node.left.expression.getText())
    )
      found.add(`${path} ${labelOf(node)}`)
  })
  return [...found]
}
