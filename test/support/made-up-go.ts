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

func gcMarkTermination() {
	if debug.gctrace > 0 {
		tell()
	}
}
`

/** The built program: tells of two cycles, the first of which does not count. */
const PROGRAM = `#!/bin/sh
echo 'past goal: 9 B
gc 1 @0.000s 1%: 4 P (forced)
past goal: 2048 B
gc 2 @0.100s 1%: 4 P' >&2
echo '1000 objects dropped'
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
