// Commands of the lab on files in which one thing was changed. Each file is read, or refused in one
// line that names it.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, vi } from 'vitest'
import { mutationsOf } from './mutations.ts'

/** `SEED=n` takes other mutations. */
const seed = Number(process.env.SEED ?? 1)
export type Main = (argv: readonly string[]) => Promise<number>
const load = async (path: string): Promise<Main> =>
  (
    (await import(new URL(`../../dist/lab/${path}/command-line.js`, import.meta.url).href)) as {
      main: Main
    }
  ).main
export const [overrun, pacers] = [await load('overrun'), await load('pacers')]

export interface Outcome {
  /** The exit code, or null if the file was refused as a usage error. */
  readonly code: number | null
  readonly said: string
}

/**
 * Runs a command in this process, which starts hundreds of times as fast. An error that is not
 * about usage is thrown.
 */
export async function outcomeOf(main: Main, argv: readonly string[]): Promise<Outcome> {
  let said = ''
  const hear = (text: unknown): boolean => {
    said += String(text)
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(hear)
  vi.spyOn(process.stderr, 'write').mockImplementation(hear)
  try {
    return { code: await main(argv), said }
  } catch (error) {
    if (!(error instanceof Error && error.name === 'UsageError')) throw error
    return { code: null, said: error.message }
  } finally {
    vi.restoreAllMocks()
  }
}

/** What a text shows where a number or a name is missing. */
export const GARBAGE = /\bNaN\b|\bundefined\b|\bInfinity\b|\[object \w+\]/

export function expectSound(page: string, what: string): void {
  const own = page
    .replace(/<script>.*?<\/script>/gs, '')
    .replace(/<script type="application\/json".*?<\/script>/gs, '')
  expect(GARBAGE.exec(own)?.[0], what).toBe(undefined)
  expect(/<img|<script/.exec(own)?.[0], what).toBe(undefined)
}

/**
 * Fails if one of `count` mutations is neither read nor refused, and if all or none are read.
 * `check` looks at what was read.
 */
export async function expectEach(
  file: string,
  count: number,
  main: Main,
  argv: readonly string[],
  check: (said: string, what: string) => void,
): Promise<void> {
  const counts = { read: 0, refused: 0 }
  for (const { what, text } of mutationsOf(readFileSync(file, 'utf8'), count, seed)) {
    writeFileSync(file, text)
    const label = `seed ${seed}: ${what}`
    const { code, said } = await outcomeOf(main, argv).catch((error: unknown) => {
      throw new Error(`${label}: ${String(error)}`, { cause: error })
    })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey it
    expect(said, label).not.toMatch(/\u001b/)
    if (code === null) {
      expect(said, label).toMatch(/^[^\n]+$/)
      expect(said, label).toContain(file)
      counts.refused++
    } else {
      expect([0, 1], label).toContain(code)
      check(said, label)
      counts.read++
    }
  }
  expect(counts.read).toBeGreaterThan(count / 20)
  expect(counts.refused).toBeGreaterThan(count / 4)
}
