/**
 * V8 compiles a function when it is first called. It throws a RangeError there if less than 40 KiB
 * of stack are left, however little the function needs. Between a lock and its unlock that would be
 * an exception in the middle of a change. So V8 compiles each function when its module is loaded,
 * while threads load the runtime and a program, and it does not drop the code of a function that
 * was not called for long.
 *
 * Both are flags of the process. The first one is set back once all threads of the run have loaded.
 */
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--no-flush-bytecode')

let loading = 0

/** From here to `end`, V8 compiles eagerly. */
export class EagerCompilation {
  #isOver = false

  constructor() {
    if (loading++ === 0) setFlagsFromString('--no-lazy')
  }

  /** A second call does nothing. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    if (--loading === 0) setFlagsFromString('--lazy')
  }
}
