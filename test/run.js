// Runs the build, each step of `npm run check`, and the tests, and ends with one line: `N passed, N failed`.
// A step counts as one; a test counts as one. Everything runs even after a failure, so that one run shows all.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const env = { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH }
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

let passed = 0
let failed = 0

function run(command) {
  console.log(`\n> ${command}`)
  return spawnSync(command, { cwd: root, env, shell: true, stdio: 'inherit' }).status === 0
}

if (run(scripts.build)) passed++
else failed++
await Promise.all(scripts.check.split(' && ').map(runBeside))

const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
const report = join(scratch, 'report.json')
const ok = run(
  `vitest run --project unit --project unit-apart --project commands --project alone --reporter=default --reporter=json --outputFile.json="${report}"`,
)
const tests = countTests(report)
passed += tests.passed
// Vitest also fails for what is no test: a file that does not load, an error outside any test.
failed += ok ? tests.failed : Math.max(tests.failed, 1)
rmSync(scratch, { recursive: true })

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** A step of the check, with others beside it: it prints when it is over. */
function runBeside(command) {
  const child = spawn(command, { cwd: root, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  return new Promise(resolve => {
    child.on('close', code => {
      if (code === 0) passed++
      else failed++
      console.log(`\n> ${command}\n${output}${code === 0 ? '' : `FAILED: ${command}\n`}`)
      resolve()
    })
  })
}

function countTests(path) {
  let results
  try {
    results = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failed: 1 } // vitest died before it could write
  }
  const unloadable = results.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  return { passed: results.numPassedTests, failed: results.numFailedTests + unloadable.length }
}
