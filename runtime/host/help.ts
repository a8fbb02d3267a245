// The texts of --help.
import { faultGrammar } from '../options/faults.ts'
import { scheduleGrammar } from '../options/schedule.ts'
import { sizeUnits } from '../options/size.ts'

export const help = `Sawtooth: a small garbage-collected runtime with a real concurrent collector.

Usage:
  sawtooth run PROGRAM [options] [-- ARGS]   run a program
  sawtooth overrun [WHAT] [options]          measure how far the heap runs past its goal, and why
  sawtooth pacers COMMAND [options]          pacers, simulated and on a real heap
  sawtooth --help | --version

Each command has --help.

Examples:
  sawtooth run examples/alloc-storm.ts --procs 4 --gctrace
  sawtooth overrun --quick
`

export const runHelp = `Runs a program: a .ts or .js module whose default export is function* main(...args).

Usage:
  sawtooth run PROGRAM [options] [-- ARGS]

Options:
  --procs N             Ps, 1 to 64 (default: GOMAXPROCS, else the cores)
  --gogc N|off          garbage collection percent (default: GOGC, else 100)
  --memory-limit SIZE   soft memory limit, or off (default: GOMEMLIMIT, else off)
  --minimum SIZE        the least heap goal, whatever GOGC is (default: 4MiB × GOGC/100, as Go)
  --arena SIZE          heap pages, 4MiB to below 2GiB (default: 1GiB)
  --pacer SPEC          NAME[:key=value,…], or a file (default: go1.21)
  --termination NAME    how the end of marking is found: helping (default), coordinator (Go's), or assist-takes-over
  --gate NAME           what no request may carry the heap past: goal (default), hard (the pacer's hard goal), or off (Go's)
  --credit NAME         how much allocation assists pay ahead: go (default), or capped (the room to the goal)
  --barrier NAME        how a store reads what it overwrites while a cycle marks: atomic (default), or plain
  --marks NAME          how an object is marked: plain (default), or atomic (none is scanned twice)
  --stack-scans NAME    which P scans the stack of a goroutine that runs: owner (default: its own, as Go), or any
  --idle-workers NAME   whether Ps without work mark: on (default), or off
  --barrier-wait HOW    how the coordinator waits for other Ps: sleep (default: 100 µs, as Go), yield, or spin
  --gctrace             Go's line for each cycle, on stderr
  --gcpacertrace        Go's pacer lines, on stderr
  --json FILE           write the run's record
  --trace FILE          write trace events, for Perfetto or chrome://tracing
  --check               verify each object that is used, poison freed memory, check marks
  --zeal N[,concurrent] collect before one randomly chosen allocation in every N; concurrent: start a cycle
                        there unless one runs
  --seed N              seed of stealing order and select (default: random)
  --fault SPEC          ${faultGrammar}
                        repeatable; --fault list prints the points
  --dump-on SIGNAL      print what each P and each goroutine does whenever it comes, as SIGUSR2; SIGQUIT does so, and
                        ends the run
  --schedule SPEC       one P at a time, in an order that a seed decides (docs/schedules.md):
                        ${scheduleGrammar};
                        needs node --conditions=controlled
  --help                this text

SIZE is a whole number of bytes, or one with ${sizeUnits}.

Environment, each second to its option:
  GOGC, GOMEMLIMIT, GOMAXPROCS   as in Go
  GODEBUG                        gctrace=1 gcpacertrace=1 gccheckmark=1 gcstoptheworld=1|2
                                 forcegcperiod=MS, with commas between them

Exit: 0 fine, 1 the program failed, 2 usage, deadlock or out of memory, 3 a breach or an internal error,
4 what the run was to write could not be written,
130 after an interrupt (SIGINT, SIGTERM, SIGHUP or SIGQUIT; further ones change nothing).

Examples:
  sawtooth run examples/alloc-storm.ts --gogc 50 --gctrace
  sawtooth run my-program.js --procs 4 --check --json run.json -- 1000 --verbose
`
