/**
 * A folder that looks like one of Go 1.19, for tests on machines without Go. Its runtime has the
 * functions in which our lines go, in words of ours. Its `go` is a shell script.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const MALLOC = `package runtime

func mallocgc(size uintptr) {
	if shouldhelpgc {
		start()
	}
}
`
const CYCLE = `package runtime

func gcMarkDone() {
	semacquire(&worldsema)
	ask()
	if gcMarkDoneFlushed != 0 {
		again()
	}
	systemstack(stopTheWorldWithSema)
	if restart {
		again()
	}
	gcWakeAllAssists()
}

func gcMarkTermination() {
	if debug.gctrace > 0 {
		tell()
	}
}
`
const MARK = `package runtime

func markroot() int64 {
	return workDone
}
`

/**
 * The built program: tells of two cycles, the first of which the program has asked for. Where a
 * price is measured it says what it took.
 */
const PROGRAM = `#!/bin/sh
echo 'past goal: 9 B of 4194313, 2097152 marked; 9 roots, 0 work, 0 barrier, 0 stop, 0 late; 1 tries, 0 restarts, 0 limited
gc 1 @0.000s 1%: 0.020+1.0+0.010 ms clock, 4 P (forced)
past goal: 2048 B of 4196352, 2097152 marked; 0 roots, 512 work, 1024 barrier, 0 stop, 512 late; 3 tries, 1 restarts, 0 limited
gc 2 @0.100s 1%: 0.040+1.0+0.030 ms clock, 4 P' >&2
case "$1 $2" in
"-workload lru") echo '{"seconds":0.5,"cpu":0.75,"other":1048576,"latencies":{"counts":[0,99,1],"maxUs":0.5}}' ;;
-workload*) echo '{"seconds":0.5,"cpu":0.75,"other":1048576,"latencies":null}' ;;
*) echo '1000 objects dropped' ;;
esac
`

export interface MadeUpGo {
  readonly version?: string
  /** Shell commands of `go build`; FILE is what is to be built. */
  readonly build?: string
}

/** Makes the folder. */
export function makeUpGo(directory: string, { version = 'go1.19.8', build }: MadeUpGo = {}): void {
  const put = (path: string, text: string): string => {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    return file
  }
  put('VERSION', version)
  put('src/runtime/malloc.go', MALLOC)
  put('src/runtime/mgc.go', CYCLE)
  put('src/runtime/mgcmark.go', MARK)
  put('src/runtime/mgc_test.go', 'package runtime\n')
  put('src/cmd/go/main.go', 'package main\n')
  put('pkg/include/textflag.h', '')
  put('pkg/tool/compile', '')
  const builds = build ?? `cat > "$FILE" <<'END'\n${PROGRAM}END\nchmod +x "$FILE"`
  chmodSync(
    put(
      'bin/go',
      `#!/bin/sh
if [ "$1" = version ]; then echo "go version ${version} made-up"; exit; fi
FILE=$3
${builds}
`,
    ),
    0o755,
  )
}
