/** The texts of `sawtooth pacers --help` and of its commands. */

export const help = `Drives pacers in a simulator and on the real heap: when a cycle starts, how much it assists, and where it ends.

Usage:
  sawtooth pacers sim --input FILE|--scenario NAME [options]
  sawtooth pacers run --input FILE|--scenario NAME [options]
  sawtooth pacers macro [options]            the macro engine's old and new pacer, side by side
  sawtooth pacers tune [options]             the constants of the redesign's controller, by Ziegler and Nichols
  sawtooth pacers assists [options]          where in the mark goroutines assist, simulated and real
  sawtooth pacers workers [options]          what idle and fractional workers do to what a pacer measures
  sawtooth pacers league [options]           all pacers over all scenarios, ranked
  sawtooth pacers merge FILE… [options]      the shards of a league in one
  sawtooth pacers suite [options]            pacers on programs: speed, heap, CPU, utilization, latency
  sawtooth pacers search [options]           the scenario that hurts a pacer most
  sawtooth pacers soft-goal [options]        the soft and hard goal of golang/go#14951, and its alternatives
  sawtooth pacers list                       pacers, their settings, and scenarios
  sawtooth pacers show NAME                  a scenario of the library as a file, to start from
  sawtooth pacers new                        prints a pacer to start from

Each has --help.

Example:
  sawtooth pacers sim --scenario stepped/steady --pacer go1.19 --csv steady.csv
`

export const simHelp = `One pacer over one scenario: a row for each cycle.

Usage:
  sawtooth pacers sim --input FILE|--scenario NAME [options]

Engines:
  macro    one step for each cycle, assists are perfect; bit for bit the model of mknyszek/pacer-model
  stepped  drives the pacer itself, every 500 µs of simulated time, as Go's own tests do
  noisy    the same with bursts, late assists, idle time and a terminator that is away; quantiles over many runs

Options:
  --input FILE       a scenario, in the form of the engine (docs/pacer-lab.md)
  --scenario NAME    one of the library; see sawtooth pacers list
  --engine NAME      macro, stepped or noisy (default: what the file says, else macro)
  --pacer SPEC       macro: old or new (default); else any, or a file (default: go1.21)
  --controller SPEC  of macro's new pacer: new (default), old, shipped, direct, or a file with k_p, t_i, t_t, period, min, max,
                     and if wanted t_d and positional (docs/pacer-lab.md)
  --csv FILE         the rows as CSV (default: standard output, unless --json is given)
  --json FILE        the rows as JSON
  --seed N           of all that is drawn (default: 1)
  --runs N           noisy: how many (default: 100)

Exit: 0 fine, 2 usage, or input that cannot be simulated: one line names the file, the cycle (from 0) and the field. 4 the rows
cannot be written.

Example:
  sawtooth pacers sim --scenario model/step-alloc --pacer old --csv old.csv
`

export const macroHelp = `The macro engine's scenarios under its old and its new pacer, side by side, as golang/go#44167 shows them.

Usage:
  sawtooth pacers macro [options]

Options:
  --scenarios NAME,… of the macro engine's form, by name or as a .json file (default: all)
  --controller SPEC  of the new pacer, as of sawtooth pacers sim (default: new)
  --seed N           of the noise in a scenario of the library (default: 1)
  --json FILE        all runs, cycle by cycle
  --report FILE      an HTML report with the plots, which needs nothing but itself

Exit: 0 fine, 2 usage, or input that cannot be simulated, 4 a file cannot be written.

Example:
  sawtooth pacers macro --scenarios model/step-alloc,model/high-GOGC --report macro.html
`

export const tuneHelp = `Tunes the controller of the redesign against the macro engine, by Ziegler and Nichols' method, and compares what comes out with what was proposed and
what Go ships.

Usage:
  sawtooth pacers tune [options]

A controller without integral is raised in gain until r swings without end after a step: that is the ultimate gain, and its period the ultimate period. It is
done for both forms: incremental (the output is added to r, as in the proposal's simulator) and positional (the output is r, as in Go 1.18).

Options:
  --scenario NAME   whose step it is: model/step-alloc (default), model/heavy-step-alloc, model/heavy-step-alloc-high-heap-target
  --seed N          of the noise in which controllers are compared (default: 1)
  --json FILE       every gain that was tried, and the response of every controller
  --report FILE     an HTML report with charts, which needs nothing but itself

Exit: 0 fine, 2 usage, 4 a file cannot be written.

Example:
  sawtooth pacers tune --report tuned.html
`

export const assistsHelp = `Where in the mark goroutines assist: the time of assists in each tenth of it, simulated and on the real heap.

Usage:
  sawtooth pacers assists [options]

A row for each pacer and engine, over all cycles from the eleventh on. The real heap runs as in sawtooth pacers run, some ten seconds for each pacer.

Options:
  --scenario NAME    of the stepped engine's form, by name or as a .json file (default: proposal/high-ratio, in which every pacer assists)
  --pacers SPEC;…    with semicolons; a file, too (default: go1.5;go1.14;redesign;go1.21)
  --engines NAME,…   stepped, real (default: both)
  --seed N           of the noise in a scenario of the library, and of the run (default: 1)
  --json FILE        the shares
  --report FILE      an HTML report with charts, which needs nothing but itself

Exit: 0 fine, 1 a run failed, 2 usage, 4 a file cannot be written, 130 after an interrupt.

Example:
  sawtooth pacers assists --engines stepped --pacers 'go1.14;go1.21' --report assists.html
`

export const workersHelp = `What golang/go#44167 leaves out of the pacer, asked of a real heap: idle workers, which skew what a pacer measures, and fractional workers, which are
scheduled loosely.

Usage:
  sawtooth pacers workers [options]

Questions:
  idle         one goroutine allocates, and the other Ps are idle: with idle workers, and without
  fractional   every P allocates, and the quarter of the CPU is planned as fractional workers, or as dedicated ones

Both settings of a question run in turns, at the same rates of allocation, as in sawtooth pacers run. With the defaults it takes some three minutes. The machine
should have a core for each P; the last column says for what share of the time threads had none.

Options:
  --questions NAME,… idle, fractional (default: both)
  --scenario NAME    of the stepped engine's form, by name or as a .json file (default: soft-goal/fast-gogc-100 and soft-goal/gogc-100)
  --pacers SPEC;…    with semicolons; a file, too, but not for fractional (default: go1.14;redesign;go1.19;go1.21)
  --procs N          Ps, 4 or more: on fewer no worker is dedicated (default: 4)
  --rounds N         runs under each setting (default: 3)
  --seed N           of the runs (default: 1)
  --json FILE        the figures of each round
  --report FILE      an HTML report with charts, which needs nothing but itself

Exit: 0 fine, 1 a run failed, 2 usage, 4 a file cannot be written, 130 after an interrupt.

Example:
  sawtooth pacers workers --questions idle --pacers 'redesign;go1.21' --report workers.html
`

export const runHelp = `One pacer over one scenario, on the real heap: a program shapes it, cycle by cycle. A row for each cycle.

Usage:
  sawtooth pacers run --input FILE|--scenario NAME [options]

The scenario is of the stepped engine's form, and the columns are its own, measured, and a few more. A run before measures how fast this machine scans. Without --termination and --gate it is Go's own protocol, so that the
pacer alone is seen.

Options:
  --input FILE        a scenario, in the form of the stepped engine (docs/pacer-lab.md)
  --scenario NAME     one of the library; see sawtooth pacers list
  --pacer SPEC        any pacer, or a file (default: go1.21)
  --procs N           Ps (default: as many as the scenario has cores, but no more than there are)
  --termination NAME  as of sawtooth run (default: coordinator)
  --gate NAME         as of sawtooth run (default: off)
  --credit NAME, --arena SIZE
                      as of sawtooth run
  --csv FILE          the rows as CSV (default: standard output, unless --json is given)
  --json FILE         the rows as JSON
  --seed N            of the noise in a scenario of the library, and of the run (default: 1)

Exit: 0 fine, 1 the run failed, 2 usage, or a scenario that is none, 4 the rows cannot be written.

Example:
  sawtooth pacers run --scenario stepped/step-alloc --pacer go1.14
`

export const searchHelp = `Looks for the scenario that hurts a pacer most, in the stepped engine, and shrinks it to a few numbers.

Usage:
  sawtooth pacers search [options]

The scenarios are a steady program that may change in five ways: it allocates in bursts, its live heap grows at once, it has fewer or more pointers from the middle on, its
stacks become large, and GOGC is what it is. The first 16 of 48 cycles do not count. It uses all cores, and finds the same on any number of them.

Options:
  --pacer SPEC   any pacer, or a file (default: go1.21)
  --for MEASURE  overshoot (default): peak over goal, hurts from 20 % on; assists: their share of the CPU in one cycle, from 50 % on;
                 oscillation: how far the trigger moves from cycle to cycle
  --cores N      of the machine that is simulated (default: 8)
  --tries N      scenarios to be drawn (default: 20000)
  --seed N       the same seed draws the same scenarios (default: 1)
  --json FILE    the scenario found, for sim and run

Exit: 0 found, 1 none hurts, 2 usage, 4 the file cannot be written, 130 after an interrupt, with the worst until then.

Example:
  sawtooth pacers search --pacer go1.14 --for assists --seed 7 --json found.json
`

export const showHelp = `Prints a scenario of the library as a file: one to start from, or to hand to others.

Usage:
  sawtooth pacers show NAME [--seed N]

Options:
  --seed N   of its noise (default: 1)

Example:
  sawtooth pacers show stepped/step-alloc > mine.json
`

export const leagueHelp = `Pacers over scenarios, in several engines: who keeps its goal, and at what price.

Usage:
  sawtooth pacers league [options]

For each engine a table, best first, by the mean of the ranks in its columns. Simulations use all cores; the real heap comes after them, one run at a time, under Go's
termination and without a gate.

Options:
  --pacers SPEC;…    with semicolons; a file, too (default: all that are built in)
  --scenarios NAME,… of the stepped engine's form, by name or as a .json file (default: all that have a GOGC; on the real heap those ten that docs/pacer-lab.md names)
  --engines NAME,…   stepped, noisy, real (default: stepped,noisy)
  --shard K/N        every Nth scenario alone, from the Kth on; merge puts them together
  --procs N          Ps of the real heap (default: as many as the scenario has cores, but no more than there are)
  --seed N           of all that is drawn (default: 1)
  --json FILE        all results, with each run cycle by cycle
  --report FILE      an HTML report with charts, which needs nothing but itself

Exit: 0 fine, 1 a task failed, 2 usage, 4 a file cannot be written, 130 after an interrupt, with what was played until then.

Example:
  sawtooth pacers league --engines stepped,real --pacers 'go1.14;go1.21' --report league.html
`

export const softGoalHelp = `What golang/go#14951 proposed: a soft and a hard goal of the heap, and its alternatives, each with its result.

Usage:
  sawtooth pacers soft-goal [options]

A table for each question: cycles before and after the proposal, simulated and real; the law by which a heap ends its mark at 100/(100 + GOGC) of the way;
the alternatives; the adjusted curve with a large GOGC; floating garbage; work credit as a signal; idle time that comes and goes.

Options:
  --questions NAME,… of evolution, law, alternatives, large-gogc, floating, credit, idle (default: all)
  --engines NAME,…   stepped, noisy, real (default: all; the real heap takes two minutes, and needs a quiet machine)
  --procs N          Ps of the real heap (default: 2)
  --seed N           of all that is drawn (default: 1)
  --json FILE        the tables, with each run cycle by cycle
  --report FILE      an HTML report with charts, which needs nothing but itself

Exit: 0 fine, 1 something could not be played, 2 usage, 4 a file cannot be written, 130 after an interrupt, with what was played until then.

Example:
  sawtooth pacers soft-goal --engines stepped,noisy --report soft-goal.html
`

export const mergeHelp = `Puts the shards of a league together.

Usage:
  sawtooth pacers merge FILE… [--json FILE] [--report FILE]

Example:
  sawtooth pacers merge shard-1.json shard-2.json --report league.html
`
