/**
 * Go's size classes (Go 1.19, sizeclasses.go), from 16 bytes up. The class of 24 bytes is left out:
 * a slot is whole granules of 16 bytes. Class 0 stands for large objects, which have a span of
 * their own.
 */
import type { Bytes } from '../memory/kinds.ts'
import { PAGE_BYTES } from '../memory/layout.ts'

/** Objects of more bytes are large. */
export const MAX_SMALL_BYTES = 32768

/** [slot bytes, pages of a span] for class 1, 2, … */
const CLASSES: readonly (readonly [number, number])[] = [
  [16, 1], [32, 1], [48, 1], [64, 1], [80, 1], [96, 1], [112, 1], [128, 1],
  [144, 1], [160, 1], [176, 1], [192, 1], [208, 1], [224, 1], [240, 1], [256, 1],
  [288, 1], [320, 1], [352, 1], [384, 1], [416, 1], [448, 1], [480, 1], [512, 1],
  [576, 1], [640, 1], [704, 1], [768, 1], [896, 1], [1024, 1], [1152, 1], [1280, 1],
  [1408, 2], [1536, 1], [1792, 2], [2048, 1], [2304, 2], [2688, 1], [3072, 3], [3200, 2],
  [3456, 3], [4096, 1], [4864, 3], [5376, 2], [6144, 3], [6528, 4], [6784, 5], [6912, 6],
  [8192, 1], [9472, 7], [9728, 6], [10240, 5], [10880, 4], [12288, 3], [13568, 5], [14336, 7],
  [16384, 2], [18432, 9], [19072, 7], [20480, 5], [21760, 8], [24576, 3], [27264, 10], [28672, 7],
  [32768, 4],
] // biome-ignore format: a table

/** Number of classes, class 0 included. */
export const SIZE_CLASSES: number = CLASSES.length + 1

const slotBytes = new Int32Array(SIZE_CLASSES)
const spanPages = new Int32Array(SIZE_CLASSES)
CLASSES.forEach(([bytes, pages], index) => {
  slotBytes[index + 1] = bytes
  spanPages[index + 1] = pages
})

/** The class for each size, in granules of 16 bytes. */
const classOfGranules = new Uint8Array(MAX_SMALL_BYTES / 16 + 1)
for (let granules = 0, sizeClass = 1; granules < classOfGranules.length; granules++) {
  while (slotBytes[sizeClass] < granules * 16) sizeClass++
  classOfGranules[granules] = sizeClass
}

/** The smallest class whose slots hold `bytes`; 0 if the object is large. */
export function sizeClassOf(bytes: Bytes): number {
  return bytes > MAX_SMALL_BYTES ? 0 : classOfGranules[(bytes + 15) >>> 4]
}

/** Bytes of a slot of a class; 0 for large objects. */
export function slotBytesOf(sizeClass: number): number {
  return slotBytes[sizeClass]
}

/** Pages of a span of a class; 0 for large objects. */
export function spanPagesOf(sizeClass: number): number {
  return spanPages[sizeClass]
}

/** Bytes of the span that holds an object of `bytes`. */
export function spanBytesOf(bytes: Bytes): number {
  const pages =
    bytes > MAX_SMALL_BYTES ? Math.ceil(bytes / PAGE_BYTES) : spanPages[sizeClassOf(bytes)]
  return pages * PAGE_BYTES
}

/** Bytes that an object of `bytes` takes: its slot, or whole pages. */
export function roundedBytes(bytes: Bytes): number {
  return bytes > MAX_SMALL_BYTES
    ? Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
    : slotBytes[sizeClassOf(bytes)]
}

/** The span class: the size class, and whether its objects hold no references. */
export function spanClassOf(sizeClass: number, noscan: boolean): number {
  return sizeClass * 2 + (noscan ? 1 : 0)
}
