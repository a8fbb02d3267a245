// The safepoint rule. At a safepoint this P may stop, and another phase may begin.
//
//   1. A public method, an exported function, a member of an interface or a declared callback that
//      can reach a safepoint says `@safepoint`. What says so can reach one.
//   2. What says `@nosafepoint` cannot. A class or an interface says it for all its members.
//   3. Between a lock and its unlock there is none.
//   4. No comment says it in prose.
//
// The way to a safepoint is found in the call graph (call-graph.ts).
import ts from 'typescript'
import { type CallGraph, each, isRoutine, labelOf } from './call-graph.ts'
import { locksIn } from './locks.ts'

/** Where a P may stop: what the World promises, and where the scheduler does it. */
const SAFEPOINTS: readonly string[] = [
  'World.safepoint',
  'World.raise',
  'World.raiseIf',
  'World.blockInPlace',
  'World.raggedBarrier',
  'Stop.leaveRunning',
]

/**
 * Folders in which the rule holds, and rooms in which it does not: none of them knows the world.
 */
const ROOMS = /^\/(?:heap|gc|scheduler)\//
const CLOSED = /^\/gc\/(?:pacer|verify|record)\//

const PROSE = /\b(?:A|Not a|No) safepoint\b/

/** One line for each breach of the safepoint rule. */
export function safepointViolations(graph: CallGraph): string[] {
  return new Rule(graph).violations()
}

/** Calls of functions that nobody is seen to pass, as `Class.method: callee`. */
export function opaqueCalls(graph: CallGraph): string[] {
  const found = new Set<string>()
  for (const source of graph.sources.filter(isUnderRule))
    each(source, node => {
      if (graph.isOpaque(node))
        found.add(`${labelOf(node)}: ${(node as ts.CallExpression).expression.getText()}`)
    })
  return [...found]
}

type Open =
  | ts.MethodSignature
  | ts.PropertySignature
  | ts.PropertyDeclaration
  | ts.MethodDeclaration

class Rule {
  private readonly graph: CallGraph
  /** By routine: the next one on the way to a safepoint. */
  private readonly next = new Map<ts.Node, ts.Node | null>()

  constructor(graph: CallGraph) {
    this.graph = graph
    this.findWays()
  }

  violations(): string[] {
    const found: string[] = []
    for (const source of this.graph.sources) {
      if (!isUnderRule(source)) continue
      each(source, node => {
        const complaint = this.complaintOf(node)
        if (complaint !== null)
          found.push(`${source.fileName.slice(1)}: ${labelOf(node)} ${complaint}`)
      })
    }
    return [...found, ...this.locked()]
  }

  private complaintOf(node: ts.Node): string | null {
    if (!isRoutine(node) && !isOpen(node)) return null
    const comment = commentOf(node)
    if (PROSE.test(comment)) return 'says in prose what a tag says'
    const saysSo = has(comment, 'safepoint')
    const saysNot = has(comment, 'nosafepoint') || isUnder(node, 'nosafepoint')
    if (saysSo && saysNot) return 'says @safepoint and @nosafepoint'
    const way = this.wayFrom(node)
    if (way === null) return saysSo ? 'says @safepoint, and reaches none' : null
    if (saysNot) return `says @nosafepoint, and reaches one: ${way}`
    return saysSo || !isPublic(node)
      ? null
      : `reaches a safepoint and does not say @safepoint: ${way}`
  }

  private locked(): string[] {
    const found: string[] = []
    for (const routine of this.graph.routines)
      for (const guarded of locksIn(routine).filter(block => block !== null))
        each(guarded, node => {
          for (const target of this.graph.calledAt(node)) {
            const way = this.wayFrom(target)
            if (way !== null)
              found.push(`${labelOf(routine)}: between lock and unlock, a safepoint: ${way}`)
          }
        })
    return found
  }

  /** From the safepoints back to all that can reach one, nearest first. */
  private findWays(): void {
    const callers = new Map<ts.Node, ts.Node[]>()
    const todo: ts.Node[] = []
    for (const source of this.graph.sources)
      each(source, node => {
        if (!isRoutine(node) && !isOpen(node)) return
        const called = isOpen(node) ? this.graph.targetsOf(node) : this.graph.calledBy(node)
        for (const one of called) callers.set(one, [...(callers.get(one) ?? []), node])
        if (SAFEPOINTS.includes(labelOf(node)))
          for (const one of [node, ...this.graph.targetsOf(node)]) this.reach(one, null, todo)
      })
    for (let node = todo.shift(); node !== undefined; node = todo.shift())
      for (const caller of callers.get(node) ?? []) this.reach(caller, node, todo)
  }

  private reach(node: ts.Node, next: ts.Node | null, todo: ts.Node[]): void {
    if (this.next.has(node)) return
    this.next.set(node, next)
    todo.push(node)
  }

  /** The way to a safepoint, as far as it is telling; null: there is none. */
  private wayFrom(node: ts.Node): string | null {
    if (!this.next.has(node)) return null
    const names: string[] = []
    for (let at: ts.Node | null = node; at !== null; at = this.next.get(at) ?? null)
      names.push(labelOf(at))
    return names.join(' → ')
  }
}

function isUnderRule(node: ts.Node): boolean {
  const { fileName } = node.getSourceFile()
  return ROOMS.test(fileName) && !CLOSED.test(fileName)
}

/** What has no body: a member of an interface, an abstract method, a field for a function. */
function isOpen(node: ts.Node): node is Open {
  if (isRoutine(node)) return node.body === undefined
  const isField =
    ts.isPropertyDeclaration(node) &&
    ((node.type !== undefined && ts.isFunctionTypeNode(node.type)) ||
      (node.initializer !== undefined && isRoutine(node.initializer)))
  return isField || ts.isMethodSignature(node) || ts.isPropertySignature(node)
}

function isPublic(node: ts.Node): boolean {
  const flags = ts.getCombinedModifierFlags(node as ts.Declaration)
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return false
  if (ts.isFunctionDeclaration(node)) return (flags & ts.ModifierFlags.Export) !== 0
  return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0
}

function isUnder(node: ts.Node, tag: string): boolean {
  const { parent } = node
  return (
    (ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent)) && has(commentOf(parent), tag)
  )
}

/** The comments before a declaration. */
function commentOf(node: ts.Node): string {
  return node.getSourceFile().text.slice(node.getFullStart(), node.getStart())
}

function has(comment: string, tag: string): boolean {
  return new RegExp(`@${tag}\\b`).test(comment)
}
