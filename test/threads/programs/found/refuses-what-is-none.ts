// Arguments that are no count, no channel, no time: they are refused where they are given, and
// nothing is left behind.
import {
  chan,
  go,
  i32,
  keep,
  mutex,
  numGoroutine,
  type Ref,
  select,
  sleep,
  task,
  timeout,
  waitGroup,
} from 'sawtooth'

const Numbers = chan(i32)
const Others = chan(i32)
const idle = task('idle', [i32], function* () {})
const wrong = (value: unknown): never => value as never

function refused(act: () => unknown): string {
  try {
    act()
    return 'taken'
  } catch (error) {
    return (error as Error).name
  }
}

export default function* main() {
  const group = keep(waitGroup.new(1))
  const full = keep(waitGroup.new(2 ** 31 - 1))
  const channel: Ref<typeof Numbers> = keep(Numbers.new(4))
  const lock = keep(mutex.new())
  const throwing = { valueOf: () => wrong(JSON.parse('{')) }
  const acts: readonly (() => unknown)[] = [
    ...[-1, 1.5, Number.NaN, 2 ** 31, throwing].map(count => () => waitGroup.new(wrong(count))),
    ...[0.5, Number.NaN, 2 ** 31, Symbol('x'), throwing].map(
      count => () => waitGroup.add(group, wrong(count)),
    ),
    () => waitGroup.add(group, -2),
    () => waitGroup.add(full, 1),
    ...[Symbol('x'), throwing].map(value => () => Numbers.send(channel, wrong(value))),
    ...[lock, group, 12, 17, -16, 2 ** 31, 2 ** 40, wrong(undefined), wrong('x')].map(
      other => () => Numbers.recv(wrong(other)),
    ),
    () => Others.send(wrong(channel), 1),
    () => mutex.unlock(wrong(group)),
    () => waitGroup.done(wrong(lock)),
    () => Numbers.close(wrong(lock)),
    () => select(wrong(5)),
    () => select(wrong(undefined)),
    () => timeout(wrong('soon')),
    () => sleep(wrong({})),
    ...[Symbol('x'), throwing].map(value => () => go(idle, wrong(value))),
    () => go(wrong(idle), wrong(1), wrong(2)),
  ]
  for (const [index, act] of acts.entries()) {
    const name = refused(act)
    if (name === 'taken') console.log(`${index} was taken`)
  }
  yield* Numbers.send(channel, 1)
  waitGroup.done(group)
  yield* waitGroup.wait(group)
  console.log(numGoroutine(), Numbers.length(channel))
}
