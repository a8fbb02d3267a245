/**
 * Whether all parts of a criterion hold. One that fails decides; after that, one that too little
 * was measured for, which is null.
 */
export function allHold(parts: readonly (boolean | null)[]): boolean | null {
  if (parts.includes(false)) return false
  return parts.includes(null) ? null : true
}
