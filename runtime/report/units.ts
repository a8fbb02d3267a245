/** Units, and sizes, times, shares and counts as people read them. */

export const KiB = 2 ** 10
export const MiB = 2 ** 20

/** Milliseconds in whole nanoseconds. */
export function wholeNs(ms: number): number {
  return Math.round(ms * 1e6)
}

const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `512 B`, `3.81 MiB`. */
export function humanBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1023.5 && unit < sizeUnits.length - 1) {
    value /= KiB
    unit++
  }
  return `${unit === 0 ? value : threeDigits(value)} ${sizeUnits[unit]}`
}

/** `71 µs`, `2.35 ms`, `12.3 s`, `3m05s`. */
export function humanMs(ms: number): string {
  if (ms === 0) return '0 ms'
  if (ms < 0.9995) return `${threeDigits(ms * 1e3)} µs`
  if (ms < 999.5) return `${threeDigits(ms)} ms`
  if (ms < 59_950) return `${threeDigits(ms / 1e3)} s`
  const seconds = Math.round(ms / 1e3)
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
}

/** `12.3 %` of a share from 0 to 1. */
export function humanPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** `12,345`, of a whole number. (toLocaleString takes 20 ms when it is first called.) */
export function humanCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0)
  return value.toFixed(value >= 9.995 ? 1 : 2)
}
