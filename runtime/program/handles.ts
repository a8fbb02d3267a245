/**
 * What a program holds of its run: types, channel types and globals. Each is an object that leads
 * to the run's memory, and is emptied when the run ends.
 *
 * All handles of a run have a prototype of their own, since V8 tells objects apart by their
 * prototypes, too. So emptying the handles of one run changes nothing for those of the next: an
 * access through a handle stays a constant, in the second run of a warm thread as in the first.
 */
export class Handles {
  readonly #prototype = {}
  /** Called with the properties of each handle that is made. */
  onMade: (properties: object) => void = () => {}
  readonly #held: { readonly name: string; readonly handle: object }[] = []

  /** Makes a handle with these properties. `name` is for messages. */
  make<T extends object>(name: string, properties: T): T {
    this.onMade(properties)
    const handle = Object.create(this.#prototype) as T
    for (const [key, value] of Object.entries(properties))
      Object.defineProperty(handle, key, { value, enumerable: true, configurable: true })
    this.#held.push({ name, handle })
    return handle
  }

  /**
   * Empties the handles. From here on any use of one throws, and nothing leads to the run's memory.
   */
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
