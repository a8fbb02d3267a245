// In the spirit of `garbage` of golang.org/x/benchmarks, which parses the same package again and
// again: sources are parsed into syntax trees, of which the newest live. Four tasks, each with a
// window of its own.
//   -- PACKAGES PARSES
import {
  array,
  chan,
  enter,
  f64,
  go,
  i32,
  keep,
  leave,
  nil,
  type Ref,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'
import { Random } from '../../random.ts'

/** A number, or two operands and what joins them. 32 bytes. */
const Node = struct('Node', { left: self, right: self, operator: i32, value: i32 })
/** The trees of the expressions of one source. */
const Package = array(ref(Node))
const Window = array(ref(Package))
const Sums = chan(f64)

const TASKS = 4
const EXPRESSIONS = 40
/** Numbers in an expression, on average. */
const NUMBERS = 12

const PLUS = '+'.charCodeAt(0)
const MINUS = '-'.charCodeAt(0)
const TIMES = '*'.charCodeAt(0)
const OPEN = '('.charCodeAt(0)

/** An expression of sums and products of small numbers, some in brackets. */
function expressionOf(random: Random, numbers: number): string {
  if (numbers === 1) return String(random.next() % 1000)
  const left = 1 + (random.next() % (numbers - 1))
  const text = `${expressionOf(random, left)}${'+-*'[random.next() % 3]}${expressionOf(random, numbers - left)}`
  return random.chance(0.5) ? `(${text})` : text
}

/** Parses by recursive descent: sums of products of numbers and brackets. */
class Parser {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  sum(): Ref<typeof Node> {
    const s = enter()
    let left = this.product()
    for (;;) {
      const operator = this.text.charCodeAt(this.at)
      if (operator !== PLUS && operator !== MINUS) return leave(s, left)
      this.at++
      keep(left)
      left = Node.new(left, this.product(), operator, 0)
    }
  }

  private product(): Ref<typeof Node> {
    const s = enter()
    let left = this.factor()
    while (this.text.charCodeAt(this.at) === TIMES) {
      this.at++
      keep(left)
      left = Node.new(left, this.factor(), TIMES, 0)
    }
    return leave(s, left)
  }

  private factor(): Ref<typeof Node> {
    if (this.text.charCodeAt(this.at) === OPEN) {
      this.at++
      const inner = this.sum()
      this.at++
      return inner
    }
    let value = 0
    for (let digit = this.digit(); digit >= 0; digit = this.digit()) {
      value = value * 10 + digit
      this.at++
    }
    return Node.new(nil, nil, 0, value)
  }

  /** The digit at the place, or −1. */
  private digit(): number {
    const digit = this.text.charCodeAt(this.at) - 48
    return digit >= 0 && digit <= 9 ? digit : -1
  }
}

function evaluate(node: Ref<typeof Node>): number {
  const operator = Node.operator.get(node)
  if (operator === 0) return Node.value.get(node)
  const left = evaluate(Node.left.get(node))
  const right = evaluate(Node.right.get(node))
  if (operator === TIMES) return Math.imul(left, right)
  return (operator === PLUS ? left + right : left - right) | 0
}

const parser = task('parser', [i32, i32, i32, ref(Sums)], function* (packages, parses, seed, sums) {
  const random = new Random(seed)
  const source = Array.from({ length: EXPRESSIONS }, () =>
    expressionOf(random, 1 + (random.next() % (2 * NUMBERS - 1))),
  )
  const window = keep(Window.new(packages))
  let sum = 0
  for (let parse = 0; parse < parses; parse++) {
    const s = enter()
    const parsed = keep(Package.new(EXPRESSIONS))
    for (const [index, text] of source.entries()) Package.set(parsed, index, new Parser(text).sum())
    const place = parse % packages
    const oldest = Window.get(window, place)
    if (oldest !== nil) sum = (sum + evaluate(Package.get(oldest, parse % EXPRESSIONS))) | 0
    Window.set(window, place, parsed)
    leave(s)
    yield
  }
  yield* Sums.send(sums, sum)
})

export default function* main(packages: string, parses: string) {
  const sums = keep(Sums.new())
  for (let seed = 1; seed <= TASKS; seed++) go(parser, Number(packages), Number(parses), seed, sums)
  let sum = 0
  for (let n = 0; n < TASKS; n++) sum += yield* Sums.recv(sums)
  console.log(`${TASKS * Number(parses)} parses, checksum ${sum | 0}`)
}
