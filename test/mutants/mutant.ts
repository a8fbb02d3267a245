/** What a seeded bug is (catalogue.ts). */

/** One replacement in one source file. */
export interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

export interface Mutant {
  readonly name: string
  /** What is broken: one sentence. */
  readonly what: string
  /** Where such a bug was seen: `owner/name#issue`. Empty if nowhere that we know of. */
  readonly origin: string
  readonly edits: readonly Edit[]
}

/** A change that looks like a bug, and why nothing can show it. */
export interface Equivalent {
  readonly what: string
  readonly file: string
  readonly reason: string
}
