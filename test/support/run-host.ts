/**
 * Runs a host script, a module that uses 'sawtooth/host', in a process of its own under a hard time
 * limit. The last line that the script prints is JSON, and is returned. The script is compiled
 * first, since Node 20 runs no TypeScript and knows no `await using`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'
import { inScratch, type ProcessOptions, type ProcessResult, runNode } from './run-cli.ts'

const hostUrl = new URL('../../dist/runtime/host/host.js', import.meta.url).href

export interface HostResult<T> extends ProcessResult {
  readonly answer: T
}

/** `script` is a path. The script finds `args` in process.argv, from the third place on. */
export async function runHost<T>(
  script: string,
  args: readonly string[] = [],
  options: ProcessOptions = {},
): Promise<HostResult<T>> {
  return inScratch(async scratch => {
    const { outputText } = transpileModule(readFileSync(script, 'utf8'), {
      compilerOptions: { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 },
    })
    const compiled = join(scratch, 'host.mjs')
    writeFileSync(
      compiled,
      outputText.replaceAll(/'sawtooth\/host'|"sawtooth\/host"/g, `'${hostUrl}'`),
    )
    const result = await runNode([compiled, ...args], options, scratch)
    const last = result.stdout.trimEnd().split('\n').at(-1) ?? ''
    try {
      return { ...result, answer: JSON.parse(last) as T }
    } catch (error) {
      throw new Error(
        `no answer from ${script}: exit ${result.code}\n${result.stdout}${result.stderr}`,
        {
          cause: error,
        },
      )
    }
  })
}
