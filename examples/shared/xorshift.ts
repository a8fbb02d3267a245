/** Random numbers below 2³² that are the same in every run (Marsaglia's xorshift32). */
export function xorshift(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x >>> 0
  }
}
