/** A program of lab/overrun/go/, built with each of several variants of Go's runtime. */
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { Go } from '../go.ts'
import { copyGo } from './go-copy.ts'
import { type Goroot, patched } from './goroot.ts'
import { VARIANTS, type Variant, type VariantName } from './variants.ts'

export class Builds implements AsyncDisposable {
  readonly #programs = new Map<VariantName, Go>()

  /** In the order in which the variants were named. */
  get programs(): ReadonlyMap<VariantName, Go> {
    return this.#programs
  }

  /**
   * Copies Go and builds, for one variant after the other.
   *
   * @throws UsageError before anything is copied, if Go has not a place that a variant needs
   * @throws FailedRun for a build that failed
   */
  static async make(
    goroot: Goroot,
    variants: readonly VariantName[],
    program: string,
    progress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Builds> {
    for (const name of variants) patched(goroot, VARIANTS[name])
    const builds = new Builds()
    try {
      for (const name of variants) {
        progress(`${name}: copying ${goroot.directory}, and building its runtime`)
        builds.#programs.set(name, await build(goroot, VARIANTS[name], program, signal))
      }
      return builds
    } catch (error) {
      await builds[Symbol.asyncDispose]()
      throw error
    }
  }

  /** The program of a variant that was named. */
  of(variant: VariantName): Go {
    const program = this.#programs.get(variant)
    if (program === undefined) throw new RangeError(`${variant} was not built`)
    return program
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const go of this.#programs.values()) await go[Symbol.asyncDispose]()
  }
}

/** Builds from a copy of Go with the variant's lines. The copy is removed then. */
async function build(
  goroot: Goroot,
  variant: Variant,
  program: string,
  signal: AbortSignal,
): Promise<Go> {
  const folder = makeTemporaryFolder()
  try {
    const environment = await copyGo(goroot, variant, folder, signal)
    const go = await Go.open(join(goroot.directory, 'bin/go'), signal, environment)
    try {
      await go.build(program)
      return go
    } catch (error) {
      await go[Symbol.asyncDispose]()
      throw error
    }
  } finally {
    removeTemporaryFolder(folder)
  }
}
