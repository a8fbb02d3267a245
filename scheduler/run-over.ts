/** Thrown at a safepoint when the run is over, to leave the goroutine. What a program prints after it is not shown. */
export class RunOver extends Error {
  override name = 'RunOver'
}
