// The lock rule: between a lock and its unlock nothing is thrown, and if something is all the same, the lock is given back.
//   1. A call of `lock`, or of `tryLock`, is followed by `try { … } finally { unlock }`.
//   2. Nothing that the `try` block calls, however deep, throws, makes an object of a class, coerces a program's value, or probes the
//      stack for as much as was probed before the lock was taken.
// A call of a method that has several forms (an interface's, an abstract one) is a call of each. What the house does not define is the host's.
import ts from 'typescript'
import type { SourceFile } from './files.ts'

/** Calls that throw by themselves. `probeStack` asks for less than was asked for before. */
const throwing = new Set(['probeStackForLock', 'probeStackDeep', 'Number', 'String', 'BigInt'])
const harmless = /^(?:Set|Map|Array|Uint\w+|Int\w+|Float\w+)$/

type Routine = ts.MethodDeclaration | ts.FunctionDeclaration | ts.AccessorDeclaration | ts.ArrowFunction

/** One line for each breach of the lock rule. `excused`: routines, as `Class.method`, that throw only where the run is lost already. */
export function lockViolations(files: readonly SourceFile[], excused: readonly string[] = []): string[] {
  return new Reader(files, excused).violations()
}

class Reader {
  private readonly checker: ts.TypeChecker
  private readonly sources: readonly ts.SourceFile[]
  private readonly routines: Routine[] = []
  /** What throws in a routine, in words; null: nothing. */
  private readonly known = new Map<Routine, string | null>()

  private readonly excused: readonly string[]

  constructor(files: readonly SourceFile[], excused: readonly string[]) {
    this.excused = excused
    const texts = new Map(files.map(({ path, text }) => [`/${path}`, text]))
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      noEmit: true,
      noLib: true,
      types: [],
    }
    const host: ts.CompilerHost = {
      ...ts.createCompilerHost(options),
      fileExists: path => texts.has(path),
      readFile: path => texts.get(path),
      directoryExists: () => true,
      getCurrentDirectory: () => '/',
      getSourceFile: (path, target) => {
        const text = texts.get(path)
        return text === undefined ? undefined : ts.createSourceFile(path, text, target, true)
      },
    }
    const program = ts.createProgram([...texts.keys()], options, host)
    this.checker = program.getTypeChecker()
    this.sources = program.getSourceFiles()
    for (const source of this.sources) each(source, node => void (isRoutine(node) && this.routines.push(node)))
  }

  violations(): string[] {
    return this.routines.flatMap(routine => {
      if (routine.body === undefined || /^(?:try)?lock$/i.test(nameOf(routine))) return []
      return locksIn(routine).flatMap(statement => {
        const where = `${routine.getSourceFile().fileName.slice(1)}: ${labelOf(routine)}`
        const guarded = followingTry(statement)
        if (guarded === null) return [`${where}: lock without try … finally { unlock }`]
        const thrown = this.thrownIn(guarded.tryBlock, routine)
        return thrown === null ? [] : [`${where}: between lock and unlock, ${thrown}`]
      })
    })
  }

  private thrownIn(code: ts.Node, from: Routine): string | null {
    let found: string | null = null
    each(code, node => {
      if (found !== null) return
      if (ts.isThrowStatement(node)) found = `${labelOf(from)} throws`
      else if (ts.isNewExpression(node) && !harmless.test(node.expression.getText()))
        found = `${labelOf(from)} makes a ${node.expression.getText()}`
      else if (ts.isCallExpression(node)) found = this.thrownBy(node, from)
      else if (ts.isPropertyAccessExpression(node)) found = this.thrownByGetter(node)
    })
    return found
  }

  private thrownBy(call: ts.CallExpression, from: Routine): string | null {
    const callee = ts.isPropertyAccessExpression(call.expression) ? call.expression.name : call.expression
    if (ts.isIdentifier(call.expression) && throwing.has(call.expression.text))
      return `${labelOf(from)} calls ${call.expression.text}`
    return this.firstThrown(this.checker.getSymbolAtLocation(callee))
  }

  private thrownByGetter(node: ts.PropertyAccessExpression): string | null {
    const symbol = this.checker.getSymbolAtLocation(node.name)
    return symbol?.declarations?.some(ts.isGetAccessor) ? this.firstThrown(symbol) : null
  }

  private firstThrown(symbol: ts.Symbol | undefined): string | null {
    for (const target of this.targetsOf(symbol)) {
      if (this.excused.includes(labelOf(target))) continue
      if (!this.known.has(target)) {
        this.known.set(target, null) // while it is looked into: recursion adds nothing
        this.known.set(target, target.body === undefined ? null : this.thrownIn(target.body, target))
      }
      const thrown = this.known.get(target) ?? null
      if (thrown !== null) return thrown
    }
    return null
  }

  private targetsOf(symbol: ts.Symbol | undefined): Routine[] {
    if (symbol === undefined) return []
    const real = symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol
    const declared = real.declarations ?? []
    const written = declared.filter(isRoutine).filter(({ body }) => body !== undefined)
    const isOpen = declared.some(
      node =>
        ts.isMethodSignature(node) || ts.isPropertySignature(node) || (isRoutine(node) && node.body === undefined),
    )
    return isOpen ? this.routines.filter(one => nameOf(one) === real.name && ts.isMethodDeclaration(one)) : written
  }
}

/** Calls `visit` on a node and all below it. */
function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, child => each(child, visit))
}

function isRoutine(node: ts.Node): node is Routine {
  return ts.isMethodDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isAccessor(node)
}

const nameOf = (routine: Routine): string => routine.name?.getText() ?? ''

function labelOf(routine: Routine): string {
  const owner = ts.isClassLike(routine.parent) ? `${routine.parent.name?.text}.` : ''
  return `${owner}${nameOf(routine)}`
}

/** Statements that take a lock. */
function locksIn(routine: Routine): ts.Statement[] {
  const found: ts.Statement[] = []
  each(routine, node => {
    if (!ts.isCallExpression(node)) return
    const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression
    if (!ts.isIdentifier(name) || !/^(?:lock|tryLock)$/.test(name.text)) return
    let statement: ts.Node = node
    while (!ts.isBlock(statement.parent)) statement = statement.parent
    found.push(statement as ts.Statement)
  })
  return found
}

function followingTry(statement: ts.Statement): ts.TryStatement | null {
  const { statements } = statement.parent as ts.Block
  const next = statements[statements.indexOf(statement) + 1]
  if (next === undefined || !ts.isTryStatement(next)) return null
  return next.finallyBlock !== undefined && /\bunlock\(/.test(next.finallyBlock.getText()) ? next : null
}
