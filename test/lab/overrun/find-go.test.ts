import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findGo } from '../../../lab/overrun/find-go.ts'

let machine = ''
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'machine-'))
})
afterEach(() => rmSync(machine, { recursive: true }))

/** Puts a file that can be executed, or not, where the path says; answers with its place. */
function put(path: string, mode = 0o755): string {
  const file = join(machine, path)
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, mode)
  return file
}
const path = (...folders: string[]): string =>
  folders.map(folder => join(machine, folder)).join(delimiter)
const find = (...folders: string[]): string | null =>
  findGo(path(...folders), [join(machine, 'usr/local'), join(machine, 'usr/lib')])

test('where there is no Go, none is found', () => {
  put('bin/gofmt')
  put('usr/lib/go-1.19/README')
  mkdirSync(join(machine, 'sbin/go'), { recursive: true })
  expect(find('bin', 'sbin', 'not-there')).toBeNull()
  expect(findGo('', [])).toBeNull()
})

test('Go of the PATH comes before one that is installed', () => {
  put('usr/lib/go-1.22/bin/go')
  const go = put('second/go')
  put('third/go')
  expect(find('first', 'second', 'third')).toBe(go)
})

test('Go is found where Debian puts it, of several the newest', () => {
  const old = put('usr/lib/go-1.9/bin/go')
  expect(find('bin')).toBe(old)
  put('usr/lib/go-1.19/bin/go')
  put('usr/lib/gold-ld/bin/go')
  const newest = put('usr/lib/go-1.22/bin/go')
  expect(find('bin')).toBe(newest)
})

test('Go is found where its own archive puts it', () => {
  put('usr/lib/go-1.19/bin/go')
  const go = put('usr/local/go/bin/go')
  expect(find('bin')).toBe(go)
})

test('a file that may not be executed is no Go', () => {
  put('bin/go', 0o644)
  const go = put('usr/lib/go-1.19/bin/go')
  expect(find('bin')).toBe(go)
})
