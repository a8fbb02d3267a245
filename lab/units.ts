/** Sizes of memory, in bytes. */
export { GiB, KiB, MiB } from 'sawtooth/internal/memory/units'
