/** The text of `sawtooth overrun --help`. */
import { faultGrammar } from 'sawtooth/internal/runtime/options/faults'
import { CAUSES } from './cases.ts'

/** What the exit codes of the sweep and of each experiment say. */
export const exits =
  'Exit: 0 every criterion holds, or is not told, 1 one fails, or a run failed, 2 usage, 4 a file cannot be written, 130 interrupt.'

export const help = `Measures how far the heap runs past its goal while marking comes to an end (golang/go#52433), and what bounds it.

Usage:
  sawtooth overrun [sweep] [options]
  sawtooth overrun limit|rate|large-objects|stack-scans|credit|gcsys|heapsampling|restarts|late-work|full-use|kernel
                   [--quick] [--seed N] [--json FILE] [--report FILE]; rate has --goal SIZE,…
  sawtooth overrun costs [options]           what each policy costs; has --help
  sawtooth overrun go [options]              the gate in Go's own runtime; has --help
  sawtooth overrun go price [options]        what it costs there; has --help
  sawtooth overrun go tests [options]        Go's own tests with it; has --help
  sawtooth overrun report FILE.json… --report FILE.html

The sweep runs goroutines that do nothing but allocate, one for each P, beside a tree that lives, under each combination of
the lists below. A row of its table is a case: percentiles of the bytes past a cycle's own goal, cold cycles left out; whether
each cycle, cold ones too, kept the bound that the gate promises; waits that only their safety net ended; how much of all cores'
time was idle. limit is the test with which the issue began, rate fits a line through overruns, large-objects has requests
that no cycle makes room for, stack-scans compares who scans stacks; the other names are its relatives. Each has --help.

Lists, with commas:
  --goal SIZE,…         heap goals, 4MiB to 512MiB (default: 4MiB,16MiB,64MiB)
  --procs N,…           Ps (default: 1,2,4,8)
  --noise N,…           busy threads beside the run (default: 0)
  --instances N,…       processes that run the same at once, 1 to 16; one of them is measured (default: 1)
  --termination NAME,…  coordinator, assist-takes-over, helping
  --gate NAME,…         off, goal, hard
  --credit NAME,…       go, capped (default, of these three: Go's protocol without a gate; the same with capped credit;
                        helping with --gate goal)
  --stack-scans WHO,…   who scans the stack of a goroutine that runs: owner (its own P, default), any (any P)
  --wait HOW,…          how the coordinator waits for other Ps: sleep (default), yield, spin
  --cause NAME,…        injected: vanish (${CAUSES.vanish}: the terminator vanishes),
                        park (${CAUSES.park}: a worker parks, and the mark goes on) or
                        drained (${CAUSES.drained}: a worker is out of work, and still counts)

Options:
  --quick               under half a minute: 4 MiB at 4 P; fails if Go's protocol does not overrun, or ours breaks its bound;
                        where each P has a core of its own, with a stall injected
  --with-go             runs the same program under Go, in turn (needs Go 1.19 or later)
  --fault SPEC          injected in every case: ${faultGrammar};
                        repeatable
  --seconds S           how long each case allocates (default: 4; 3 with --quick), and until 20 cycles count
  --cycles N            instead: until so many cycles count
  --seed N              seed of stealing order and faults (default: random)
  --json FILE           write all results, with the worst cycle of each case. Each run is traced for that, as with --report, and
                        tracing takes some of the CPU
  --report FILE         write a report in HTML
  --campaign FILE       10,000 cycles by natural delays, then cycles with stalls of 1, 3, 10 and 100 ms at each point of
                        termination, under one policy (default: helping, gate goal, credit go) at 4 MiB and 4 P; goes on where FILE says
                        that it stopped
  --minutes M           no run of the campaign is begun after so long (default: 30)
  --help                this text

${exits}

Examples:
  sawtooth overrun --quick
  sawtooth overrun --goal 4MiB --procs 4 --termination coordinator,helping --gate off,goal --noise 0,2
  sawtooth overrun --goal 4MiB --procs 4 --termination coordinator --cause vanish,park
  sawtooth overrun --goal 4MiB --procs 2 --instances 1,2,4 --with-go
  sawtooth overrun --campaign campaign.json --minutes 30
  sawtooth overrun --with-go --json sweep.json --report sweep.html --goal 4MiB,8MiB,16MiB,32MiB,64MiB,128MiB,256MiB,512MiB \\
      --procs 1,2,4,8 --noise 0,1,2,4 --wait sleep,yield,spin --termination coordinator,assist-takes-over,helping \\
      --gate off,goal,hard --credit go,capped
`
