/** Sizes of memory, in bytes. A pacer imports nothing from outside of this folder. */

export const KiB = 2 ** 10
export const MiB = 2 ** 20
