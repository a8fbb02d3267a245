// The lock rule: between a lock and its unlock nothing is thrown. If something is thrown all the
// same, the lock is released.
//   1. A call of `lock`, or of `tryLock`, is followed by `try { … } finally { unlock }`.
//   2. Nothing that the `try` block calls, however deep, throws, makes an object of a class,
//      coerces a program's value, or probes the stack for as much as was probed before the lock.
// The call graph (call-graph.ts) says what is called.
import ts from 'typescript'
import { CallGraph, each, isRoutine, labelOf, type Routine } from './call-graph.ts'
import type { SourceFile } from './files.ts'

/** Calls that throw by themselves. `probeStack` asks for less than was asked for before. */
const throwing = new Set(['probeStackForLock', 'probeStackDeep', 'Number', 'String', 'BigInt'])
const harmless = /^(?:Set|Map|Array|Uint\w+|Int\w+|Float\w+)$/

/**
 * One line for each breach of the lock rule. `excused`: routines, as `Class.method`, that throw
 * only where the run is lost already.
 */
export function lockViolations(
  files: readonly SourceFile[],
  excused: readonly string[] = [],
): string[] {
  return new Reader(files, excused).violations()
}

class Reader {
  private readonly graph: CallGraph
  /** What throws in a routine, in words; null: nothing. */
  private readonly known = new Map<Routine, string | null>()
  private readonly excused: readonly string[]

  constructor(files: readonly SourceFile[], excused: readonly string[]) {
    this.excused = excused
    this.graph = new CallGraph(files)
  }

  violations(): string[] {
    return this.graph.routines.flatMap(routine =>
      locksIn(routine).flatMap(guarded => {
        const where = `${routine.getSourceFile().fileName.slice(1)}: ${labelOf(routine)}`
        if (guarded === null) return [`${where}: lock without try … finally { unlock }`]
        const thrown = this.thrownIn(guarded, routine)
        return thrown === null ? [] : [`${where}: between lock and unlock, ${thrown}`]
      }),
    )
  }

  private thrownIn(code: ts.Node, from: Routine): string | null {
    let found: string | null = null
    each(code, node => {
      if (found !== null) return
      if (ts.isThrowStatement(node)) found = `${labelOf(from)} throws`
      else if (ts.isNewExpression(node) && !harmless.test(node.expression.getText()))
        found = `${labelOf(from)} makes a ${node.expression.getText()}`
      else found = this.thrownAt(node, from)
    })
    return found
  }

  private thrownAt(node: ts.Node, from: Routine): string | null {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      throwing.has(node.expression.text)
    )
      return `${labelOf(from)} calls ${node.expression.text}`
    for (const target of this.graph.targetsAt(node)) {
      if (this.excused.includes(labelOf(target))) continue
      if (!this.known.has(target)) {
        this.known.set(target, null) // while it is looked into: recursion adds nothing
        this.known.set(
          target,
          target.body === undefined ? null : this.thrownIn(target.body, target),
        )
      }
      const thrown = this.known.get(target) ?? null
      if (thrown !== null) return thrown
    }
    return null
  }
}

/** For each lock that the routine takes itself the `try` block after it; null: there is none. */
export function locksIn(routine: Routine): (ts.Block | null)[] {
  if (routine.body === undefined || /^(?:try)?lock$/i.test(routine.name?.getText() ?? '')) return []
  const found: (ts.Block | null)[] = []
  const visit = (node: ts.Node): void => {
    if (takesLock(node)) {
      let statement = node
      while (statement.parent !== undefined && !ts.isBlock(statement.parent))
        statement = statement.parent
      found.push(followingTry(statement))
    }
    ts.forEachChild(node, child => void (isRoutine(child) || visit(child)))
  }
  visit(routine.body)
  return found
}

function takesLock(node: ts.Node): boolean {
  if (!ts.isCallExpression(node)) return false
  const name = ts.isPropertyAccessExpression(node.expression)
    ? node.expression.name
    : node.expression
  return ts.isIdentifier(name) && /^(?:lock|tryLock)$/.test(name.text)
}

function followingTry(statement: ts.Node): ts.Block | null {
  if (!ts.isBlock(statement.parent)) return null
  const { statements } = statement.parent
  const next = statements[statements.indexOf(statement as ts.Statement) + 1]
  if (next === undefined || !ts.isTryStatement(next)) return null
  return next.finallyBlock !== undefined && /\bunlock\(/.test(next.finallyBlock.getText())
    ? next.tryBlock
    : null
}
