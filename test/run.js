// Runs the build, each step of `npm run check`, and the tests, and ends with one line:
// `N passed, N failed`. A step counts as one, and a test counts as one. Everything runs even after
// a failure, so that one run shows all.
//   node test/run.js           the default suite: `npm test`
//   node test/run.js --all     the long tests too: `npm run test:all`
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const env = { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH }
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const DEFAULT = ['unit', 'unit-apart', 'commands', 'alone']
const LONG = ['long']
const options = process.argv.slice(2)
if (options.some(option => option !== '--all')) {
  console.error(`node test/run.js has the option --all, and no ${options.join(' ')}`)
  process.exit(2)
}

let passed = 0
let failed = 0
const skipped = []

function run(command) {
  console.log(`\n> ${command}`)
  return spawnSync(command, { cwd: root, env, shell: true, stdio: 'inherit' }).status === 0
}

if (run(scripts.build)) passed++
else failed++
await Promise.all(scripts.check.split(' && ').map(runBeside))
runTests(DEFAULT)
if (options.includes('--all')) runTests(LONG)

if (skipped.length > 0) console.log(`\nskipped:\n${skipped.map(name => `  ${name}`).join('\n')}`)
console.log(
  `\n${passed} passed, ${failed} failed${skipped.length === 0 ? '' : `, ${skipped.length} skipped`}`,
)
process.exitCode = failed === 0 ? 0 : 1

/** A step of the check, with others beside it: it prints when it is over. */
function runBeside(command) {
  const child = spawn(command, { cwd: root, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => (output += text))
  return new Promise(resolve => {
    child.on('close', code => {
      if (code === 0) passed++
      else failed++
      console.log(`\n> ${command}\n${output}${code === 0 ? '' : `FAILED: ${command}\n`}`)
      resolve()
    })
  })
}

/** Runs projects of vitest.config.ts, and counts their tests. */
function runTests(projects) {
  const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
  const report = join(scratch, 'report.json')
  const chosen = projects.map(project => `--project ${project}`).join(' ')
  const ok = run(
    `vitest run ${chosen} --reporter=default --reporter=json --outputFile.json="${report}"`,
  )
  const tests = countTests(report)
  passed += tests.passed
  // Vitest also fails for what is no test: a file that does not load, an error outside any test.
  failed += ok ? tests.failed : Math.max(tests.failed, 1)
  rmSync(scratch, { recursive: true })
}

/**
 * A skipped test has the reason in its name. Without one it counts as failed, since nobody would
 * know that it never runs.
 */
function countTests(path) {
  let results
  try {
    results = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { passed: 0, failed: 1 } // vitest died before it could write
  }
  const unloadable = results.testResults.filter(
    file =>
      file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  const names = results.testResults
    .flatMap(file => file.assertionResults)
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => fullName.trim())
  const unexplained = names.filter(name => !name.includes('(skipped: '))
  for (const name of unexplained)
    console.log(`FAILED: skipped without a reason in its name: ${name}`)
  skipped.push(...names.filter(name => !unexplained.includes(name)))
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloadable.length + unexplained.length,
  }
}
