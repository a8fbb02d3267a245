// The bytes that an object takes, only from the documents (docs/memory.md): the soak's model must
// not ask the heap.

/** Go's size classes from 16 bytes up, without that of 24. */
const CLASSES = [
  16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416,
  448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688,
  3072, 3200, 3456, 4096, 4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288,
  13568, 14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
]

const PAGE = 8192

/** The bytes of the slot, or of the pages, that an object of `bytes` takes. */
export function slotFor(bytes: number): number {
  return CLASSES.find(slot => slot >= bytes) ?? Math.ceil(bytes / PAGE) * PAGE
}

/** A channel is 48 bytes, and if it has a buffer, an array of references. */
export function channelBytes(capacity: number): number {
  return slotFor(48) + (capacity === 0 ? 0 : slotFor(8 + 4 * capacity))
}

/** A mutex or a wait group: 20 bytes. */
export const LOCK_BYTES = slotFor(20)
