// The loop rule: a loop of the scheduler that counts nothing is listed in the table of
// docs/scheduler.md, which says what bounds it.
import ts from 'typescript'
import type { SourceFile } from './files.ts'

/** The routines, as `Class.method` or `function`, that hold such a loop. */
export function openLoops({ path, text }: SourceFile): string[] {
  const found = new Set<string>()
  const visit = (node: ts.Node, owner: string, routine: string): void => {
    let [inOwner, inRoutine] = [owner, routine]
    if (ts.isClassDeclaration(node)) inOwner = `${node.name?.text}.`
    if (
      (ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isAccessor(node)) &&
      node.name !== undefined
    )
      inRoutine = `${ts.isFunctionDeclaration(node) ? '' : inOwner}${node.name.getText()}`
    if (isOpenLoop(node)) found.add(inRoutine)
    ts.forEachChild(node, child => visit(child, inOwner, inRoutine))
  }
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true), '', '')
  return [...found]
}

/** True for every loop but `for … of` and one that counts up or down to its condition. */
function isOpenLoop(node: ts.Node): boolean {
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return true
  if (!ts.isForStatement(node)) return false
  if (node.condition === undefined || node.incrementor === undefined) return true
  return !/^(?:\w+(?:\+\+|--)|\w+ \+= .+)$/.test(node.incrementor.getText())
}
