import { expect, test } from 'vitest'
import {
  bool,
  expectFieldKind,
  expectKind,
  f64,
  i32,
  ref,
  self,
  u32,
} from '../../../runtime/program/kinds.ts'

const Node = { typeId: 5, typeName: 'Node' }

test.each([i32, u32, f64, bool, ref, ref(Node)])('%o is a kind', kind => {
  expectKind('array', kind)
  expectFieldKind('struct A: field a', kind)
})

test('self is a kind only in a struct', () => {
  expectFieldKind('struct A: field a', self)
  expect(() => expectKind('chan', self)).toThrow(
    'chan: self is for the fields of a struct; elsewhere write ref(Type)',
  )
})

test.each<[unknown, string]>([
  ['i32', "'i32' is no kind; write i32, u32, f64, bool, ref or ref(Type)"],
  [undefined, 'a value of type undefined is no kind'],
  [5, 'a value of type number is no kind'],
  [() => 0, 'a value of type function is no kind'],
  // What looks like one is none: of what it is stored as nothing would be known.
  [{ ...i32 }, 'a value of type object is no kind'],
  // A type in place of a reference to it: its objects would be numbers to the collector, and lost.
  [Node, 'Node is no kind; write ref(Node)'],
])('%o is none, and says what is', (value, message) => {
  expect(() => expectKind('array', value)).toThrow(`array: ${message}`)
  expect(() => expectFieldKind('struct A: field a', value)).toThrow(`struct A: field a: ${message}`)
})

test.each([undefined, null, 'Node', i32])('%o is nothing that a reference can refer to', type => {
  expect(() => ref(type as never)).toThrow('ref: its argument must be a type')
})
