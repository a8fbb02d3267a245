/** The bytes that '512KiB' or '64MiB' stands for. */
export function bytesOf(size: string): number {
  const match = /^(\d+)(B|KiB|MiB|GiB)?$/.exec(size)
  if (match === null) throw new Error(`${size} is no size: write it as 512KiB or 64MiB`)
  return Number(match[1]) * 1024 ** ['B', 'KiB', 'MiB', 'GiB'].indexOf(match[2] ?? 'B')
}
