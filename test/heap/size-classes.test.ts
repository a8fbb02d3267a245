import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  MAX_SMALL_BYTES,
  roundedBytes,
  SIZE_CLASSES,
  sizeClassOf,
  slotBytesOf,
  spanClassOf,
  spanPagesOf,
} from '../../heap/size-classes.ts'
import { GRANULE_BYTES, PAGE_BYTES } from '../../memory/layout.ts'
import { SPAN_CLASSES } from '../../memory/words/p.ts'

// bytes/span of every class of go 1.19 (sizeclasses.go), in order.
const GO = `8/8192 16/8192 24/8192 32/8192 48/8192 64/8192 80/8192 96/8192 112/8192 128/8192 144/8192 160/8192 176/8192
  192/8192 208/8192 224/8192 240/8192 256/8192 288/8192 320/8192 352/8192 384/8192 416/8192 448/8192 480/8192 512/8192
  576/8192 640/8192 704/8192 768/8192 896/8192 1024/8192 1152/8192 1280/8192 1408/16384 1536/8192 1792/16384 2048/8192
  2304/16384 2688/8192 3072/24576 3200/16384 3456/24576 4096/8192 4864/24576 5376/16384 6144/24576 6528/32768 6784/40960
  6912/49152 8192/8192 9472/57344 9728/49152 10240/40960 10880/32768 12288/24576 13568/40960 14336/57344 16384/16384
  18432/73728 19072/57344 20480/40960 21760/65536 24576/24576 27264/81920 28672/57344 32768/32768`

const classes = Array.from({ length: SIZE_CLASSES - 1 }, (_, index) => index + 1)

test('the small classes are those of Go that are whole granules: all but 8 and 24 bytes', () => {
  const go = GO.split(/\s+/).filter(entry => !entry.startsWith('8/') && !entry.startsWith('24/'))
  expect(classes.map(index => `${slotBytesOf(index)}/${spanPagesOf(index) * PAGE_BYTES}`)).toEqual(
    go,
  )
  expect(classes).toHaveLength(65)
})

test('slots grow from class to class, are whole granules, and fit their spans', () => {
  for (const index of classes) {
    expect(slotBytesOf(index)).toBeGreaterThan(slotBytesOf(index - 1))
    expect(slotBytesOf(index) % GRANULE_BYTES).toBe(0)
    expect(spanPagesOf(index) * PAGE_BYTES).toBeGreaterThanOrEqual(slotBytesOf(index))
  }
})

test('every small size gets the smallest class that holds it', () => {
  let expected = 1
  for (let bytes = 0; bytes <= MAX_SMALL_BYTES; bytes++) {
    if (bytes > slotBytesOf(expected)) expected++
    if (sizeClassOf(bytes) !== expected) expect(sizeClassOf(bytes), `${bytes} bytes`).toBe(expected)
    if (roundedBytes(bytes) !== slotBytesOf(expected))
      expect(roundedBytes(bytes), `${bytes} bytes`).toBe(slotBytesOf(expected))
  }
  expect(expected).toBe(SIZE_CLASSES - 1)
})

test('a larger object is of class 0 and takes whole pages, and not one too many', () => {
  fc.assert(
    fc.property(fc.integer({ min: MAX_SMALL_BYTES + 1, max: 2 ** 31 - 2 * PAGE_BYTES }), bytes => {
      expect(sizeClassOf(bytes)).toBe(0)
      expect(roundedBytes(bytes) % PAGE_BYTES).toBe(0)
      expect(roundedBytes(bytes) - bytes).toBeGreaterThanOrEqual(0)
      expect(roundedBytes(bytes) - bytes).toBeLessThan(PAGE_BYTES)
    }),
  )
})

test('every size class has two span classes of its own', () => {
  const spanClasses = [0, ...classes].flatMap(index => [
    spanClassOf(index, false),
    spanClassOf(index, true),
  ])
  expect(new Set(spanClasses).size).toBe(spanClasses.length)
  expect(Math.max(...spanClasses)).toBeLessThan(SPAN_CLASSES)
})
