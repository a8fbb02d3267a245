// The flag rule: no call passes a bare `true` or `false`. Two methods, or an argument that is a
// word, say what is meant.
import ts from 'typescript'
import { each } from './call-graph.ts'
import type { SourceFile } from './files.ts'

/** Calls with a literal for a flag, as `path:line call`. */
export function bareFlags({ path, text }: SourceFile): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
  const found: string[] = []
  each(source, node => {
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return
    if (!node.arguments?.some(isFlag)) return
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    found.push(`${path}:${line + 1} ${node.getText()}`)
  })
  return found
}

/** True for `true`, `false`, and what stands for them: `!0`. */
function isFlag(node: ts.Expression): boolean {
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node)
  )
    return isFlag(node.expression)
  if (ts.isCallExpression(node) && node.expression.getText() === 'Boolean')
    return node.arguments.every(isConstant)
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword)
    return true
  return (
    ts.isPrefixUnaryExpression(node) &&
    node.operator === ts.SyntaxKind.ExclamationToken &&
    isConstant(node.operand)
  )
}

function isConstant(node: ts.Expression): boolean {
  return ts.isNumericLiteral(node) || isFlag(node)
}
