// Runs the build, each step of `npm run check`, and the tests, and ends with one line: `N passed, N failed`.
// A step counts as one; a test counts as one. Everything runs even after a failure, so that one run shows all.
import { spawnSync } from 'node:child_process'
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

for (const step of [scripts.build, ...scripts.check.split(' && ')]) {
  if (run(step)) passed++
  else {
    failed++
    console.log(`FAILED: ${step}`)
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
const report = join(scratch, 'report.json')
const ok = run(
  `vitest run --project unit --project unit-apart --project commands --project threads --reporter=default --reporter=json --outputFile.json="${report}"`,
)
const tests = countTests(report)
passed += tests.passed
// Vitest also fails for what is no test: a file that does not load, an error outside any test.
failed += ok ? tests.failed : Math.max(tests.failed, 1)
rmSync(scratch, { recursive: true })

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

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
