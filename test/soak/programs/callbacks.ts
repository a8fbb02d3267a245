// Ways in which the event loop calls back for ever without keeping a process alive.

/** Once a turn. */
export function againAndAgain(callback: () => void): void {
  const again = (): void => {
    callback()
    setImmediate(again).unref()
  }
  setImmediate(again).unref()
}

/** Through a port that posts to itself. */
export function talk(callback: () => void): void {
  const { port1, port2 } = new MessageChannel()
  const onmessage = (): void => {
    callback()
    port2.postMessage(0)
  }
  Object.assign(port1, { onmessage })
  port1.unref()
  port2.postMessage(0)
}

/** When objects die, one after the other. */
export function dying(registry: FinalizationRegistry<number>): void {
  for (let index = 0; index < 1000; index++) registry.register({}, index)
}
