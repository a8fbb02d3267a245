import { expect } from 'vitest'

/** Expects that all that prints.ts printed is there, in order for each P. */
export function expectPrinted(stdout: string, stderr: string, procs: number, lines: number): void {
  for (let index = 0; index < procs; index++) {
    const of = (text: string): string[] =>
      text.split('\n').filter(line => line.startsWith(`P ${index} `))
    const wanted = Array.from(
      { length: lines },
      (_, line) => `P ${index} line ${line} ${'.'.repeat(line % 100)}`,
    )
    expect(of(stdout)).toEqual(wanted)
    expect(of(stderr)).toEqual(
      wanted.flatMap((_, line) => (line % 10 === 0 ? [`P ${index} error ${line}`] : [])),
    )
  }
  for (const [text, name] of [
    [stdout, 'stdout'],
    [stderr, 'stderr'],
  ]) {
    expect(text.split(`module code of ${name}\n`).length, `module code, ${name}`).toBe(2)
  }
}
