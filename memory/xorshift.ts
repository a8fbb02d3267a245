/**
 * One step of xorshift32 (Marsaglia, "Xorshift RNGs", 2003, the triple 13, 17, 5): each state from
 * 1 to 2³² − 1 comes once in a period. The state is a signed word and must not be 0. As a number
 * from 0 on it is `state >>> 0`.
 */
export function xorshift32(state: number): number {
  let next = state
  next ^= next << 13
  next ^= next >>> 17
  next ^= next << 5
  return next
}
