/**
 * What a program holds of its run: its types, channel types, globals. Each is an object that leads to the run's memory and is emptied when the run ends.
 *
 * All handles of a run have a prototype of their own. V8 tells objects apart by their prototype, too; so to empty those of one run changes nothing for those of the
 * next: an access through a handle stays a constant, in the second run of a warm thread as in the first.
 */
export class Handles {
  readonly #prototype = {}
  /** Told of the properties of each. */
  onMade: (properties: object) => void = () => {}
  readonly #held: { readonly name: string; readonly handle: object }[] = []

  /** Makes an object with these properties. `name`: as in messages. */
  make<T extends object>(name: string, properties: T): T {
    this.onMade(properties)
    const handle = Object.create(this.#prototype) as T
    for (const [key, value] of Object.entries(properties))
      Object.defineProperty(handle, key, { value, enumerable: true, configurable: true })
    this.#held.push({ name, handle })
    return handle
  }

  /** Whatever is asked of a handle from here on is an error, and nothing leads to the run's memory any more. */
  release(): void {
    for (const { name, handle } of this.#held) {
      const get = (): never => {
        throw new Error(`${name}: its run is over`)
      }
      for (const key of Object.keys(handle)) Object.defineProperty(handle, key, { get })
    }
    this.#held.length = 0
  }
}
