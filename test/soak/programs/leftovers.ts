// What a program leaves on its thread. After the run it is called back, while the thread waits or
// prepares the next run, and does all the harm that it can.
import { setLocal, struct } from 'sawtooth'
import type { Leftover } from '../grammar.ts'
import { againAndAgain, dying, talk } from './callbacks.ts'
import { Item } from './model.ts'
import { type Any, fill, setReference } from './shapes.ts'
import { Crates, mailboxes, owned, shared, source, totals } from './world.ts'

const SOON_MS = 3
const OFTEN_MS = 1
/** Turns of promises, one after the other. */
const TURNS = 2000

/**
 * `objects` holds addresses of the run's memory, and what is there. The same numbers may be
 * addresses in the next run, whose objects must stay unchanged.
 */
export function leaveBehind(how: Leftover, objects: readonly (readonly [Item, Any])[]): void {
  const harm = (): void => harmAll(objects)
  switch (how) {
    case 'promise':
      void Promise.resolve().then(harm)
      break
    case 'promises':
      void inTurns(harm)
      break
    case 'timer':
      setTimeout(harm, SOON_MS)
      break
    case 'interval':
      setInterval(harm, OFTEN_MS).unref()
      break
    case 'immediate':
      againAndAgain(harm)
      break
    case 'promised timer':
      void Promise.resolve().then(() => setTimeout(harm, SOON_MS).unref())
      break
    case 'port':
      talk(harm)
      break
    case 'registry':
      dying(new FinalizationRegistry(harm))
      break
    case 'signal':
      AbortSignal.timeout(SOON_MS).addEventListener('abort', harm)
      break
  }
}

async function inTurns(harm: () => void): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await null
    if (turn % 100 === 0) harm()
  }
}

function harmAll(objects: readonly (readonly [Item, Any])[]): void {
  const attempts: (() => void)[] = [
    ...objects.map(
      ([item, at]) =>
        () =>
          fill(at, new Item(item.kind, item.length, 1_000_003, item.numbers)),
    ),
    ...objects.map(
      ([item, at]) =>
        () =>
          setReference(at, item.kind, 0, 16 as Any),
    ),
    () => owned.set(0, 16 as Any),
    () => shared.set(0, 16 as never),
    () => source.set(16 as never),
    () => totals.set(0, 1_000_003),
    () => Crates.close(mailboxes.get(0)),
    () => void struct('Late', {}),
    () => setLocal(0 as never, 16 as never),
    () => console.log('{"late":true}'),
    () => void process.stdout.write('{"late":true}\n'),
  ]
  for (const attempt of attempts) {
    try {
      attempt()
    } catch {
      // It must be refused.
    }
  }
}
