// Posts a message to the thread that started its own, where somebody may listen, and throws.
import { MessagePort, parentPort } from 'node:worker_threads'

const forged = { result: { isReusable: true, error: null } }

function everyPort(): MessagePort[] {
  const { _getActiveHandles: active } = process as unknown as { _getActiveHandles(): unknown[] }
  return active.call(process).filter((one): one is MessagePort => one instanceof MessagePort)
}

const ways: Readonly<Record<string, () => void>> = {
  text: () => parentPort?.postMessage('progress: 50%'),
  null: () => parentPort?.postMessage(null),
  'an object': () => parentPort?.postMessage({ hello: 1 }),
  'a forged result': () => parentPort?.postMessage(forged),
  'a forged report': () => parentPort?.postMessage({ report: { isReusable: true, error: null } }),
  'the port itself': () => {
    for (const port of everyPort())
      for (const said of [null, 'ready', forged, { word: '', ...forged }]) port.postMessage(said)
  },
  'another then': () => {
    // It is asked for what the thread's own promises have come to.
    const settle = (resolve: (value: unknown) => void): void => resolve(forged.result)
    Object.defineProperty(Promise.prototype, 'then', { value: settle })
    Object.assign(Promise.prototype, { constructor: Object })
  },
}

export default function* main(how = 'text') {
  ways[how]()
  for (let i = 0; i < 1e6; i++);
  throw new Error('its own')
}
