// A stack as the program's author needs it: with the names of the source files, and without the
// inside of the runtime.
import { fileURLToPath, pathToFileURL } from 'node:url'
import { MARK } from './module-loading.ts'

/** A file's URL without any quote, so that it fits into the quotes of any import. */
export function moduleUrl(path: string): string {
  return pathToFileURL(path).href.replaceAll("'", '%27')
}

/** From the terms of the prepared files to those of the sources. */
export interface Translation {
  /** Translates a text with paths in it, such as an error's message. */
  mapNames(text: string): string
  /** Translates a stack. */
  mapStack(stack: string): string
}

/**
 * Makes the functions that translate stacks and messages.
 *
 * 1. Written paths, as paths or URLs, become the paths of the sources. The URLs of Sawtooth's
 *    modules become their names.
 * 2. Sawtooth's own frames are dropped.
 * 3. All other frames below the last frame of the program are dropped: they are Node's and the
 *    pool's. Those above it stay, since they say what the program called.
 * 4. Of a stack without a frame of the program, only the message is left.
 *
 * @param sources - source path by written path
 * @param own - the URLs of Sawtooth's modules by the name that a program has for them
 * @param packageUrl - the directory that holds Sawtooth's own code
 */
export function translation(
  sources: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string>,
  packageUrl: string,
): Translation {
  // Longest first: one written path may begin with another.
  const written = [...sources].sort(([a], [b]) => b.length - a.length)
  // Imports name a file in the first form, Node in the second.
  const sourceNames = written.flatMap(([path, source]) =>
    [moduleUrl(path), pathToFileURL(path).href, path].map(name => [name, source] as const),
  )
  const ownNames = [...own].map(([name, url]) => [`'${url}'`, `'${name}'`] as const)
  const ownPlaces = [packageUrl, fileURLToPath(packageUrl)]
  const isProgram = (frame: string): boolean => sourceNames.some(([name]) => frame.includes(name))
  const isOwn = (frame: string): boolean => ownPlaces.some(place => frame.includes(place))

  /** Columns of the first line of a prepared file, without what was put before it. */
  const unmoved = (text: string, name: string): string =>
    text.replaceAll(
      new RegExp(`(${escaped(name)}:1:)(\\d+)`, 'g'),
      (found, place: string, column: string) =>
        Number(column) > MARK.length ? place + (Number(column) - MARK.length) : found,
    )

  const all = [...sourceNames, ...ownNames]
  // Node shows a line of the source where an import fails.
  const mapNames = (text: string): string =>
    all.reduce(
      (mapped, [name, shown]) => unmoved(mapped, name).replaceAll(name, shown),
      text.replaceAll(MARK, ''),
    )
  const mapStack = (stack: string): string => {
    const lines = stack.split('\n')
    const last = lines.findLastIndex(line => isFrame(line) && isProgram(line))
    const kept = lines.filter((line, at) => {
      if (!isFrame(line) || isProgram(line)) return true
      return !isOwn(line) && at < last
    })
    return mapNames(kept.join('\n'))
  }
  return { mapNames, mapStack }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function isFrame(line: string): boolean {
  return /^ {4}at /.test(line)
}
