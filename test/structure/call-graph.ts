// Which routine calls which in the sources, as the compiler sees them.
//
//   1. A call of a method is a call of that method, and of each that overrides it.
//   2. A call of an interface's method is a call of it in each class that fits the interface.
//   3. A read or a write of a property that has an accessor is a call of the accessor.
//   4. A call of a parameter, a field or a variable is a call of each function that is passed or
//      assigned there, anywhere: arrow functions, named functions, methods, bound or not.
//   5. What is passed to code that is not in the sources is called where it is passed.
//
// Not seen: what a loop, a spread or `yield*` calls of an iterator, and what a conversion calls.
import ts from 'typescript'
import type { SourceFile } from './files.ts'

/** What has a body. */
export type Routine =
  | ts.MethodDeclaration
  | ts.FunctionDeclaration
  | ts.AccessorDeclaration
  | ts.ConstructorDeclaration
  | ts.ArrowFunction
  | ts.FunctionExpression

/** A call that hands functions on: what is called, and what each argument may be. */
interface Passing {
  readonly called: readonly ts.Node[]
  readonly values: readonly (readonly ts.Node[])[]
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  paths: { '#sync': ['/memory/sync.ts'] },
  strict: true,
  noEmit: true,
  types: [],
}

/** The language's own declarations, which are the same for every program. */
const library = new Map<string, ts.SourceFile | undefined>()

export class CallGraph {
  readonly sources: readonly ts.SourceFile[]
  readonly routines: readonly Routine[]
  private readonly checker: ts.TypeChecker
  private readonly classes: readonly ts.ClassLikeDeclaration[]
  /** By class: those that extend it, however far. */
  private readonly heirs = new Map<ts.Declaration, ts.ClassLikeDeclaration[]>()
  /** By interface: the classes that can stand for it. */
  private readonly standIns = new Map<ts.Node, ts.ClassLikeDeclaration[]>()
  /** By declaration: what is passed or assigned there. */
  private readonly given = new Map<ts.Node, Set<ts.Node>>()

  constructor(files: readonly SourceFile[]) {
    const program = programOf(files)
    this.checker = program.getTypeChecker()
    this.sources = program.getSourceFiles().filter(source => !library.has(source.fileName))
    const routines: Routine[] = []
    const classes: ts.ClassLikeDeclaration[] = []
    for (const source of this.sources)
      each(source, node => {
        if (isRoutine(node)) routines.push(node)
        if (ts.isClassLike(node)) classes.push(node)
      })
    this.routines = routines
    this.classes = classes
    for (const one of classes)
      for (let base = this.baseOf(one); base !== null; base = this.baseOf(base))
        this.heirs.set(base, [...(this.heirs.get(base) ?? []), one])
    this.follow()
  }

  /** What the routine calls, as in `calledAt`. Functions within it are routines of their own. */
  calledBy(routine: Routine): ReadonlySet<ts.Node> {
    const called = new Set<ts.Node>()
    const visit = (node: ts.Node): void => {
      for (const one of this.calledAt(node)) called.add(one)
      ts.forEachChild(node, child => void (isRoutine(child) || visit(child)))
    }
    visitOwn(routine, visit)
    return called
  }

  /** What runs at this node: a call, a `new`, the use of an accessor. */
  targetsAt(node: ts.Node): Routine[] {
    return this.routinesIn(this.calledAt(node))
  }

  /** The same with what has no body: members of interfaces, fields and parameters. */
  calledAt(node: ts.Node): ts.Node[] {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return this.calleesOf(node)
    if (ts.isPropertyAccessExpression(node)) return this.accessorsOf(this.symbolAt(node.name))
    if (ts.isBindingElement(node)) return this.accessorsOf(this.boundProperty(node))
    return []
  }

  /** What runs where a member of an interface is called, or a callback that it declares. */
  targetsOf(declaration: ts.Node): Routine[] {
    return this.routinesIn(this.meaningsOf([declaration]))
  }

  /** What the name or the property at this node means. */
  declarationsAt(node: ts.Node): readonly ts.Node[] {
    if (ts.isIdentifier(node)) return this.symbolAt(node)?.declarations ?? []
    return ts.isBindingElement(node) ? (this.boundProperty(node)?.declarations ?? []) : []
  }

  /** True if the node calls a function that was passed, and nothing in the sources passes any. */
  isOpaque(node: ts.Node): boolean {
    if (!ts.isCallExpression(node) || this.isForeign(node)) return false
    return this.routinesIn(this.calleesOf(node)).length === 0 && !this.isBodiless(node)
  }

  private isBodiless(call: ts.CallExpression): boolean {
    return this.calleesOf(call).some(
      node => ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node),
    )
  }

  // ————— what a call means

  private calleesOf(call: ts.CallExpression | ts.NewExpression): ts.Node[] {
    return this.meaningsOf(this.namedAt(call))
  }

  /** What the call names: functions and declarations. */
  private namedAt(call: ts.CallExpression | ts.NewExpression): readonly ts.Node[] {
    if (ts.isNewExpression(call)) return this.constructorsOf(this.symbolAt(call.expression))
    if (call.expression.kind === ts.SyntaxKind.SuperKeyword)
      return this.constructorsOf(this.checker.getTypeAtLocation(call.expression).symbol)
    if (isBind(call)) return []
    const passed = this.isForeign(call) ? call.arguments.flatMap(one => this.valuesOf(one)) : []
    return [...this.valuesOf(call.expression), ...passed]
  }

  /** True if what is called is the language's, the host's or a package's. */
  private isForeign(call: ts.CallExpression | ts.NewExpression): boolean {
    const { expression } = call
    const at = ts.isPropertyAccessExpression(expression) ? expression.name : expression
    if (isRoutine(unwrapped(expression)) || ts.isElementAccessExpression(expression)) return false
    const declared = this.symbolAt(at)?.declarations ?? []
    return declared.every(node => !this.isOurs(node))
  }

  private isOurs(node: ts.Node): boolean {
    const { fileName } = node.getSourceFile()
    // What a view of shared memory declares is a method of a typed array.
    return !library.has(fileName) && !fileName.endsWith('memory/kinds.ts')
  }

  private constructorsOf(symbol: ts.Symbol | undefined): ts.Node[] {
    const found: ts.Node[] = []
    for (const declared of symbol?.declarations ?? []) {
      if (!ts.isClassLike(declared)) continue
      for (
        let one: ts.ClassLikeDeclaration | null = declared;
        one !== null;
        one = this.baseOf(one)
      ) {
        const own = one.members.find(ts.isConstructorDeclaration)
        if (own === undefined) continue
        found.push(own)
        break
      }
    }
    return found
  }

  private accessorsOf(symbol: ts.Symbol | undefined): Routine[] {
    const meanings = this.meaningsOf((symbol?.declarations ?? []).filter(node => !isVariable(node)))
    return meanings.filter((node): node is Routine => ts.isAccessor(node))
  }

  private boundProperty(element: ts.BindingElement): ts.Symbol | undefined {
    const name = element.propertyName ?? element.name
    if (!ts.isObjectBindingPattern(element.parent) || !ts.isIdentifier(name)) return undefined
    return this.checker.getTypeAtLocation(element.parent).getProperty(name.text)
  }

  private routinesIn(nodes: readonly ts.Node[]): Routine[] {
    return nodes.filter(isRoutine).filter(({ body }) => body !== undefined)
  }

  /** All that may be called there: overriding methods, members of classes, functions passed. */
  private meaningsOf(from: readonly ts.Node[]): ts.Node[] {
    const seen = new Set<ts.Node>()
    const todo = [...from]
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      todo.push(...(this.given.get(node) ?? []), ...this.others(node))
    }
    return [...seen]
  }

  /** The members of other classes that may stand in a member's place. */
  private others(node: ts.Node): ts.Node[] {
    const { parent } = node
    const name =
      ts.isClassElement(node) || ts.isTypeElement(node) ? node.name?.getText() : undefined
    if (name === undefined) return []
    if (ts.isClassLike(parent)) return membersNamed(name, this.heirs.get(parent) ?? [])
    if (ts.isInterfaceDeclaration(parent) || ts.isTypeLiteralNode(parent))
      return membersNamed(name, this.standInsOf(parent))
    return []
  }

  private standInsOf(
    node: ts.InterfaceDeclaration | ts.TypeLiteralNode,
  ): ts.ClassLikeDeclaration[] {
    const found = this.standIns.get(node)
    if (found !== undefined) return found
    const isOurs = this.isOurs(node)
    const all = this.classes.filter(
      one => this.implementsIt(one, node) || (isOurs && this.fits(one, node)),
    )
    const withBases = [...new Set(all.flatMap(one => [one, ...this.basesOf(one)]))]
    this.standIns.set(node, withBases)
    return withBases
  }

  /** True if the class has what the interface asks for. Names first: types take long to compare. */
  private fits(one: ts.ClassLikeDeclaration, node: ts.Node): boolean {
    const [instance, wanted] = [this.instanceOf(one), this.checker.getTypeAtLocation(node)]
    const members = this.checker.getPropertiesOfType(wanted)
    if (
      members.some(
        ({ name, flags }) => !(flags & ts.SymbolFlags.Optional) && !instance.getProperty(name),
      )
    )
      return false
    return this.checker.isTypeAssignableTo(instance, wanted)
  }

  private implementsIt(one: ts.ClassLikeDeclaration, node: ts.Node): boolean {
    return (one.heritageClauses ?? []).some(({ types }) =>
      types.some(({ expression }) =>
        this.symbolAt(expression)?.declarations?.includes(node as ts.Declaration),
      ),
    )
  }

  private instanceOf(one: ts.ClassLikeDeclaration): ts.Type {
    const symbol = one.name === undefined ? undefined : this.checker.getSymbolAtLocation(one.name)
    return symbol === undefined
      ? this.checker.getTypeAtLocation(one)
      : this.checker.getDeclaredTypeOfSymbol(symbol)
  }

  private basesOf(one: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration[] {
    const base = this.baseOf(one)
    return base === null ? [] : [base, ...this.basesOf(base)]
  }

  private baseOf(one: ts.ClassLikeDeclaration): ts.ClassLikeDeclaration | null {
    const clause = one.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
    const declared =
      clause === undefined ? [] : (this.symbolAt(clause.types[0]?.expression)?.declarations ?? [])
    return declared.find(ts.isClassLike) ?? null
  }

  private symbolAt(node: ts.Node | undefined): ts.Symbol | undefined {
    const symbol = node === undefined ? undefined : this.checker.getSymbolAtLocation(node)
    if (symbol === undefined) return undefined
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol
  }

  // ————— which functions are passed where

  /** Follows functions into variables, fields and parameters, until nothing is new. */
  private follow(): void {
    const passing: Passing[] = []
    for (const source of this.sources)
      each(source, node => {
        if (ts.isCallExpression(node) || ts.isNewExpression(node))
          passing.push(...this.passingAt(node))
        else this.followInto(node)
      })
    for (let isNew = true; isNew; ) {
      isNew = false
      for (const { called, values } of passing)
        for (const { parameters } of this.routinesIn(this.meaningsOf(called)))
          for (const [index, value] of values.entries()) {
            const last = parameters.at(-1)
            const parameter = parameters[index] ?? (last?.dotDotDotToken ? last : undefined)
            if (parameter !== undefined && this.give([parameter], value)) isNew = true
          }
    }
  }

  private passingAt(call: ts.CallExpression | ts.NewExpression): Passing[] {
    const isForeign = this.isForeign(call)
    // An array's method hands its elements on, first.
    const isMethod = ts.isPropertyAccessExpression(call.expression)
    const given = isForeign
      ? isMethod
        ? [call.expression.expression]
        : []
      : (call.arguments ?? [])
    const values = given.map(one => this.valuesOf(one))
    return values.every(({ length }) => length === 0)
      ? []
      : [{ called: this.namedAt(call), values }]
  }

  private followInto(node: ts.Node): void {
    if (
      (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isParameter(node)) &&
      node.initializer
    )
      this.give([node], this.valuesOf(node.initializer))
    if (ts.isBindingElement(node)) {
      this.give([node], this.boundProperty(node)?.declarations ?? [])
      if (node.initializer) this.give([node], this.valuesOf(node.initializer))
    }
    if (ts.isForOfStatement(node) && ts.isVariableDeclarationList(node.initializer))
      this.give(node.initializer.declarations, this.valuesOf(node.expression))
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken)
      this.give(this.valuesOf(node.left), this.valuesOf(node.right))
    if (ts.isObjectLiteralExpression(node)) this.followLiteral(node)
  }

  /** A property of a literal goes where the literal's type declares it. */
  private followLiteral(literal: ts.ObjectLiteralExpression): void {
    const type = this.checker.getContextualType(literal)
    for (const property of literal.properties) {
      const name = property.name === undefined ? undefined : property.name.getText()
      const declared = name === undefined ? [] : (type?.getProperty(name)?.declarations ?? [])
      if (ts.isPropertyAssignment(property)) {
        const values = this.valuesOf(property.initializer)
        this.give([property, ...declared], values)
      } else if (ts.isShorthandPropertyAssignment(property)) {
        const symbol = this.checker.getShorthandAssignmentValueSymbol(property)
        this.give([property, ...declared], symbol?.declarations ?? [])
      } else if (!ts.isSpreadAssignment(property)) this.give(declared, [property])
    }
  }

  private give(places: readonly ts.Node[], values: readonly ts.Node[]): boolean {
    let isNew = false
    for (const place of places) {
      const set = this.given.get(place) ?? new Set()
      for (const value of values) {
        if (value === place || set.has(value)) continue
        set.add(value)
        isNew = true
      }
      if (set.size > 0) this.given.set(place, set)
    }
    return isNew
  }

  /**
   * Functions that an expression may be, and declarations that hold some. Of an array: elements.
   */
  private valuesOf(of: ts.Node): readonly ts.Node[] {
    const node = unwrapped(of)
    if (isRoutine(node)) return [node]
    if (ts.isConditionalExpression(node))
      return [...this.valuesOf(node.whenTrue), ...this.valuesOf(node.whenFalse)]
    if (ts.isBinaryExpression(node))
      return [...this.valuesOf(node.left), ...this.valuesOf(node.right)]
    if (ts.isArrayLiteralExpression(node))
      return node.elements.flatMap(element => this.valuesOf(element))
    if (ts.isSpreadElement(node) || ts.isElementAccessExpression(node))
      return this.valuesOf(node.expression)
    if (ts.isCallExpression(node) && isBind(node))
      return this.valuesOf((node.expression as ts.PropertyAccessExpression).expression)
    if (ts.isPropertyAccessExpression(node)) return this.declarationsOf(this.symbolAt(node.name))
    if (ts.isIdentifier(node)) return this.declarationsOf(this.symbolAt(node))
    return []
  }

  private declarationsOf(symbol: ts.Symbol | undefined): readonly ts.Node[] {
    return (symbol?.declarations ?? []).filter(
      node => !ts.isClassLike(node) && !ts.isSourceFile(node),
    )
  }
}

function programOf(files: readonly SourceFile[]): ts.Program {
  const texts = new Map(files.map(({ path, text }) => [`/${path}`, text]))
  const host = ts.createCompilerHost(options, true)
  const readLibrary = host.getSourceFile.bind(host)
  host.fileExists = path => texts.has(path)
  host.directoryExists = () => true
  host.getCurrentDirectory = () => '/'
  host.getSourceFile = (path, target) => {
    const text = texts.get(path)
    if (text !== undefined) return ts.createSourceFile(path, text, target, true)
    if (!library.has(path)) library.set(path, readLibrary(path, target))
    return library.get(path)
  }
  return ts.createProgram([...texts.keys()], options, host)
}

/** Calls `visit` on a node and all below it. */
export function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, child => each(child, visit))
}

export function isRoutine(node: ts.Node): node is Routine {
  return (
    ts.isMethodDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isAccessor(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node)
  )
}

/** `Class.member`, or the name of a function; of what has no name, where it is. */
export function labelOf(node: ts.Node): string {
  const { parent } = node
  if (parent === undefined) return node.getSourceFile().fileName.slice(1)
  const owner =
    ts.isClassLike(parent) || ts.isInterfaceDeclaration(parent) ? `${parent.name?.text}.` : ''
  if (ts.isConstructorDeclaration(node)) return `${owner}constructor`
  const name = isRoutine(node) || owner !== '' ? (node as ts.NamedDeclaration).name : undefined
  if (name !== undefined) return `${owner}${name.getText()}`
  return isRoutine(node) ? `a function in ${labelOf(parent)}` : labelOf(parent)
}

/** What runs when a routine is called; of a constructor the fields' initial values too. */
function visitOwn(routine: Routine, visit: (node: ts.Node) => void): void {
  for (const parameter of routine.parameters) visit(parameter)
  if (routine.body !== undefined) visit(routine.body)
  if (!ts.isConstructorDeclaration(routine)) return
  for (const member of routine.parent.members)
    if (
      ts.isPropertyDeclaration(member) &&
      member.initializer !== undefined &&
      !isRoutine(member.initializer)
    )
      visit(member.initializer)
}

function unwrapped(node: ts.Node): ts.Node {
  const isWrapper =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node)
  return isWrapper ? unwrapped(node.expression) : node
}

function isBind(call: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(call.expression) && call.expression.name.text === 'bind'
}

function isVariable(node: ts.Node): boolean {
  return ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node)
}

function membersNamed(name: string, classes: readonly ts.ClassLikeDeclaration[]): ts.Node[] {
  return classes.flatMap(one => one.members.filter(member => member.name?.getText() === name))
}
