/**
 * Shrinks a trial that fails to a smaller one that still fails. Any part of a program may be
 * missing, so the steps are simple. They are repeated until nothing changes or the time is over:
 *
 * 1. The configuration: each dimension gets the runtime's default, and there are fewer Ps.
 * 2. Whole scripts are emptied, and dropped from the end.
 * 3. The operations of each script are thinned out by delta debugging. Scopes and attempts are
 *    replaced by what is in them.
 * 4. Rounds become fewer, and numbers smaller.
 * 5. The runs before the trial in the same Runtime are left out. The others are shrunk as the trial
 *    is.
 *
 * This is not fast-check's shrinker, for two reasons. That one shrinks only what it has drawn
 * itself in the same process, and a failure file is shrunk days later. It also trusts a single run,
 * and threads need several runs for each step. If a smaller trial happens not to fail, the result
 * is larger, but never wrong.
 */
import { shrink } from '../hunt/shrink.ts'
import type { Value } from './configurations.ts'
import type { Operation, Script, SoakProgram } from './grammar.ts'
import type { Trial } from './trial.ts'

/** The dimensions that are never taken out: without them the configuration is another one. */
const KEPT: readonly string[] = ['arena', 'size', 'seed', 'procs']

/** The numbers in operations that say how much. */
const AMOUNTS: readonly string[] = [
  'length',
  'count',
  'size',
  'depth',
  'times',
  'ms',
  'slots',
  'after',
  'left',
  'lines',
]
/** These numbers are 1 or more in every program that is drawn: a tree of size 0 never ends. */
const AT_LEAST_ONE: readonly string[] = ['size', 'slots']

/**
 * `fails` tells whether a trial fails. `until` is when to give up, in ms on the clock of
 * performance.now().
 */
export async function shrinkTrial(
  trial: Trial,
  fails: (trial: Trial) => Promise<boolean>,
  until: number,
): Promise<Trial> {
  return new Shrinker(trial, fails, until).shrink()
}

class Shrinker {
  private best: Trial
  private readonly fails: (trial: Trial) => Promise<boolean>
  private readonly until: number

  constructor(trial: Trial, fails: (trial: Trial) => Promise<boolean>, until: number) {
    this.best = trial
    this.fails = fails
    this.until = until
  }

  async shrink(): Promise<Trial> {
    for (let before = ''; before !== JSON.stringify(this.best) && !this.isOver; ) {
      before = JSON.stringify(this.best)
      await this.dropRunsBefore()
      await this.emptyScripts()
      await this.dropOperations()
      await this.simplifyConfiguration()
      await this.unwrapScopes()
      await this.lessenScripts()
      await this.lessenOperations()
      await this.shrinkRunsBefore()
    }
    return this.best
  }

  private get isOver(): boolean {
    return performance.now() > this.until
  }

  /** Goes on with a trial if it fails. */
  private async take(trial: Trial): Promise<boolean> {
    if (this.isOver || !(await this.fails(trial))) return false
    this.best = trial
    return true
  }

  private withProgram(change: Partial<SoakProgram>): Trial {
    return { ...this.best, program: { ...this.best.program, ...change } }
  }

  private withScript(index: number, change: Partial<Script>): Trial {
    const scripts = this.best.program.scripts.map((script, at) =>
      at === index ? { ...script, ...change } : script,
    )
    return this.withProgram({ scripts })
  }

  private withDimension(name: string, value: Value): Trial {
    return { ...this.best, configuration: { ...this.best.configuration, [name]: value } }
  }

  private get before(): readonly Trial[] {
    return this.best.before ?? []
  }

  private async dropRunsBefore(): Promise<void> {
    const fails = (before: readonly Trial[]): Promise<boolean> =>
      this.take({ ...this.best, before })
    if (this.before.length > 0 && !(await fails([]))) await shrink(this.before, fails, this.until)
  }

  private async shrinkRunsBefore(): Promise<void> {
    for (let index = 0; index < this.before.length && !this.isOver; index++) {
      const withRun = (run: Trial): Trial => ({
        ...this.best,
        before: this.before.with(index, run),
      })
      const small = await shrinkTrial(
        this.before[index] as Trial,
        run => this.fails(withRun(run)),
        this.until,
      )
      this.best = withRun(small)
    }
  }

  private async simplifyConfiguration(): Promise<void> {
    for (const [name, value] of Object.entries(this.best.configuration)) {
      if (
        value === null ||
        KEPT.includes(name) ||
        (await this.take(this.withDimension(name, null)))
      )
        continue
      if (Array.isArray(value))
        await shrink(value, rest => this.take(this.withDimension(name, rest)), this.until)
    }
    for (let procs = 1; procs < Number(this.best.configuration.procs); procs++)
      if (await this.take(this.withDimension('procs', procs))) break
  }

  private async emptyScripts(): Promise<void> {
    const { scripts } = this.best.program
    for (let index = scripts.length - 1; index > 0; index--) {
      const isLast = index === this.best.program.scripts.length - 1
      if (
        isLast &&
        (await this.take(this.withProgram({ scripts: this.best.program.scripts.slice(0, index) })))
      )
        continue
      if (this.operationsOf(index).length > 0)
        await this.take(this.withScript(index, { operations: [] }))
    }
  }

  private operationsOf(index: number): readonly Operation[] {
    return (this.best.program.scripts[index] as Script).operations
  }

  private async dropOperations(): Promise<void> {
    for (let index = 0; index < this.best.program.scripts.length; index++) {
      const fails = (operations: readonly Operation[]): Promise<boolean> =>
        this.take(this.withScript(index, { operations }))
      if (this.operationsOf(index).length > 0 && !(await fails([])))
        await shrink(this.operationsOf(index), fails, this.until)
    }
  }

  private async unwrapScopes(): Promise<void> {
    await this.eachOperation(async (index, at, operation) => {
      if (operation.do === 'scope' || operation.do === 'attempt')
        await this.replace(index, at, operation.operations)
      if (operation.do === 'overflow') await this.replace(index, at, [operation.operation])
    })
  }

  private async lessenScripts(): Promise<void> {
    for (let index = 0; index < this.best.program.scripts.length; index++) {
      for (const name of ['rounds', 'locals', 'table', 'globals', 'replies'] as const) {
        const least = name === 'rounds' || name === 'locals' ? 1 : 0
        await this.lessen(
          () => (this.best.program.scripts[index] as Script)[name],
          least,
          less => this.withScript(index, { [name]: less }),
        )
      }
    }
    while (this.best.program.mailboxes.length > 1) {
      if (!(await this.take(this.withProgram({ mailboxes: this.best.program.mailboxes.slice(1) }))))
        break
    }
  }

  private async lessenOperations(): Promise<void> {
    await this.eachOperation(async (index, at) => {
      const now = (): Operation => this.operationsOf(index)[at] as Operation
      const changed = (change: object): readonly Operation[] => [
        { ...now(), ...change } as Operation,
      ]
      for (const name of AMOUNTS) {
        const amount = (): number => (now() as unknown as Record<string, number>)[name] as number
        if (amount() !== undefined)
          await this.lessen(amount, Number(AT_LEAST_ONE.includes(name)), less =>
            this.replaced(index, at, changed({ [name]: less })),
          )
      }
      const operation = now()
      if (operation.do === 'fork' && operation.carry !== null)
        await this.replace(index, at, changed({ carry: null }))
      if (operation.do === 'attempt') {
        if (operation.guard !== null) await this.replace(index, at, changed({ guard: null }))
        await shrink(
          operation.operations,
          operations => this.replace(index, at, changed({ operations })),
          this.until,
        )
      }
      if (operation.do === 'allocate' && operation.from.length > 0)
        await this.replace(index, at, changed({ from: [] }))
    })
  }

  /** Lowers a number to the least value, or halves it, for as long as the trial fails. */
  private async lessen(
    amount: () => number,
    least: number,
    trial: (less: number) => Trial,
  ): Promise<void> {
    if (amount() <= least || (await this.take(trial(least)))) return
    for (let half = Math.floor(amount() / 2); half > least; half = Math.floor(amount() / 2))
      if (!(await this.take(trial(half)))) return
  }

  /**
   * Calls `act` for each operation outside scopes. It goes backwards, so that what `act` changes
   * does not move the operations to come.
   */
  private async eachOperation(
    act: (index: number, at: number, operation: Operation) => Promise<void>,
  ): Promise<void> {
    for (let index = 0; index < this.best.program.scripts.length; index++)
      for (let at = this.operationsOf(index).length - 1; at >= 0 && !this.isOver; at--)
        await act(index, at, this.operationsOf(index)[at] as Operation)
  }

  private replaced(index: number, at: number, by: readonly Operation[]): Trial {
    return this.withScript(index, { operations: this.operationsOf(index).toSpliced(at, 1, ...by) })
  }

  private replace(index: number, at: number, by: readonly Operation[]): Promise<boolean> {
    return this.take(this.replaced(index, at, by))
  }
}
