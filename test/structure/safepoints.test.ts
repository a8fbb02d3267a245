import { describe, expect, test } from 'vitest'
import { CallGraph } from './call-graph.ts'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { opaqueCalls, safepointViolations } from './safepoints.ts'

const world = 'export interface World { /** @safepoint */ safepoint(): void; wake(): void }'
const violations = (text: string): string[] =>
  safepointViolations(new CallGraph([{ path: 'gc/a.ts', text: `${world}\n${text}` }]))

const untagged = 'does not say @safepoint'
const lie = 'says @safepoint, and reaches none'
const broken = 'says @nosafepoint, and reaches one'

describe('the safepoint rule finds', () => {
  test.each([
    ['an exported function', 'export function f(w: World) { w.safepoint() }', untagged],
    ['a method', 'class A { f(w: World) { w.safepoint() } }', untagged],
    ['a getter', 'class A { w!: World; get f() { this.w.safepoint(); return 1 } }', untagged],
    ['a constructor', 'class A { constructor(w: World) { w.safepoint() } }', untagged],
    [
      'a way through private functions',
      'function g(w: World) { w.safepoint() } export const a = 1; class A { f(w: World) { g(w) } }',
      untagged,
    ],
    [
      'a way through a getter',
      'class A { constructor(private w: World) {} private get g() { this.w.safepoint(); return 1 } f() { return this.g } }',
      untagged,
    ],
    [
      'a way through a getter that is taken apart',
      'class A { w!: World; private get g() { this.w.safepoint(); return 1 } f() { const { g } = this; return g } }',
      untagged,
    ],
    [
      'a way through an inherited method',
      'class A { protected g(w: World) { w.safepoint() } } class B extends A { f(w: World) { this.g(w) } }',
      untagged,
    ],
    [
      'a way through an overriding method',
      'class A { protected g(w: World) {} f(w: World) { this.g(w) } } class B extends A { protected override g(w: World) { w.safepoint() } }',
      untagged,
    ],
    [
      'a way through an abstract method',
      'abstract class A { protected abstract g(w: World): void; f(w: World) { this.g(w) } } class B extends A { protected g(w: World) { w.safepoint() } }',
      untagged,
    ],
    [
      'a way through a part of the world',
      "export function f(w: Pick<World, 'safepoint'>) { w.safepoint() }",
      untagged,
    ],
    [
      'a way through the elements of an array',
      'export function f(all: readonly World[]) { for (const one of all) one.safepoint() }',
      untagged,
    ],
    [
      'an arrow function that is passed',
      'function g(h: () => void) { h() } export function f(w: World) { g(() => w.safepoint()) }',
      untagged,
    ],
    [
      'a named function that is passed',
      'function h(w: World) { w.safepoint() } function g(h: (w: World) => void, w: World) { h(w) } export function f(w: World) { g(h, w) }',
      untagged,
    ],
    [
      'a function that is passed to the language',
      'export function f(all: World[]) { all.forEach(one => one.safepoint()) }',
      untagged,
    ],
    [
      'a function that a list holds',
      'class A { private list: (() => void)[]; constructor(w: World) { this.list = [() => w.safepoint()] } f() { for (const one of this.list) one() } }',
      untagged,
    ],
    ['prose', 'export class A { /** A safepoint. */ f() {} }', 'in prose'],
    ['prose that denies it', 'export class A { /** Not a safepoint. */ f() {} }', 'in prose'],
    [
      'a tag on what reaches none',
      '/** @safepoint */ export function f(w: World) { w.wake() }',
      lie,
    ],
    [
      'a tag on a private method that reaches none',
      'class A { /** @safepoint */ private f(w: World) { w.wake() } }',
      lie,
    ],
    [
      'a tag on an interface that nobody implements so',
      'interface I { /** @safepoint */ f(): void } class A implements I { f() {} }',
      lie,
    ],
    [
      '@nosafepoint on what reaches one',
      '/** @nosafepoint */ export function f(w: World) { w.safepoint() }',
      broken,
    ],
    [
      '@nosafepoint on a private method that reaches one',
      'class A { /** @nosafepoint */ private f(w: World) { w.safepoint() } }',
      broken,
    ],
    [
      '@nosafepoint on a class that reaches one',
      '/** @nosafepoint */ class A { private f(w: World) { w.safepoint() } }',
      broken,
    ],
    [
      'both tags',
      '/** @safepoint @nosafepoint */ export function f(w: World) { w.safepoint() }',
      'says @safepoint and @nosafepoint',
    ],
    [
      'a safepoint under a lock',
      'declare function lock(): void; declare function unlock(): void; class A { private f(w: World) { lock(); try { w.safepoint() } finally { unlock() } } }',
      'between lock and unlock',
    ],
  ])('%s', (_, text, fault) => {
    expect(violations(text)).toEqual([expect.stringContaining(fault)])
  })

  test.each([
    [
      'an interface, and the class that implements it',
      'interface I { f(): void } class A implements I { w!: World; f() { this.w.safepoint() } }',
      ['I.f', 'A.f'],
    ],
    [
      'an interface, and a class that fits it',
      'interface I { f(): void } class A { w!: World; f() { this.w.safepoint() } }',
      ['I.f', 'A.f'],
    ],
    [
      '@nosafepoint on an interface',
      '/** @nosafepoint */ interface I { f(): void } class A implements I { w!: World; /** @safepoint */ f() { this.w.safepoint() } }',
      ['I.f'],
    ],
    [
      'a callback that is declared',
      'interface I { readonly f: () => void } declare function use(one: I): void; declare const w: World; use({ f: () => w.safepoint() })',
      ['I.f'],
    ],
    [
      'a field that holds an arrow function',
      'declare const w: World; class A { readonly f = () => w.safepoint() }',
      ['A.f'],
    ],
    [
      'a field that holds a bound method',
      'declare const w: World; class A { readonly f: () => void; constructor() { this.f = this.g.bind(this) } private g() { w.safepoint() } }',
      ['A.f'],
    ],
  ])('%s', (_, text, labels) => {
    expect(violations(text)).toEqual(
      labels.map(label => expect.stringContaining(`gc/a.ts: ${label} `)),
    )
  })
})

test.each([
  ['what is tagged', '/** @safepoint */ export function f(w: World) { w.safepoint() }'],
  [
    'what is not public',
    'class A { private f(w: World) { w.safepoint() } protected g(w: World) { w.safepoint() } } function h(w: World) { w.safepoint() }',
  ],
  [
    'what only holds a function that reaches one',
    'export function f(w: World) { return () => w.safepoint() }',
  ],
  [
    'another method of that name',
    'class A { safepoint() {} } export function f(a: A) { a.safepoint() }',
  ],
  ['another method of the world', 'export function f(w: World) { w.wake() }'],
  ['@nosafepoint on what reaches none', '/** @nosafepoint */ class A { f(w: World) { w.wake() } }'],
  [
    'an interface that one of two classes makes a safepoint',
    'interface I { /** @safepoint */ f(w: World): void } class A implements I { /** @safepoint */ f(w: World) { w.safepoint() } } class B implements I { f(w: World) {} }',
  ],
])('the safepoint rule allows %s', (_, text) => {
  expect(violations(text)).toEqual([])
})

test('a call of a function that nobody is seen to pass is found', () => {
  const graph = new CallGraph([
    {
      path: 'gc/a.ts',
      text: 'function g(h: () => void) { h() } function f(x: () => void) { x() } f(() => {})',
    },
  ])
  expect(opaqueCalls(graph)).toEqual(['g: h'])
})

describe('the sources', () => {
  const graph = new CallGraph(
    typeScriptIn(repositoryFiles(), ['memory', 'heap', 'gc', 'scheduler', 'runtime']),
  )

  test('keep the safepoint rule', () => {
    expect(safepointViolations(graph)).toEqual([])
  })

  test('call no function of which it is not seen whether it reaches a safepoint, but for these', () => {
    // Probes of the stack are made from strings (memory/stack-probe.ts). The last one is V8's.
    const known = ['probeStackDeep', 'probeStackForLock', 'captureStackTrace']
    expect(
      opaqueCalls(graph).filter(call => !known.some(name => call.endsWith(`: ${name}`))),
    ).toEqual([])
  })
})
