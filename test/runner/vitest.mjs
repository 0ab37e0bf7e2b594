import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { runCommand } from './command.mjs'

/** @typedef {import('./outcome.mjs').Outcome} Outcome */

const BACK_ENDS = /^Back ends: .*$/m

/** The title of the one test that stands for a back end which is absent and not required. */
const ABSENT_BACK_END = /^skipped: /

/**
 * Runs projects of the vitest configuration and counts their tests.
 *
 * @param {readonly string[]} args
 * @param {{ name: string, folder: string, env: Readonly<Record<string, string>>, mustNotSkip: boolean, node?: string }} options
 *   `node`: the Node that runs them; by default the one that the system finds.
 * @returns {Promise<Outcome>}
 */
export async function runVitest(args, { name, folder, env, mustNotSkip, node }) {
  const file = join(folder, `${name.replaceAll(' ', '-')}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const program = node === undefined ? ['vitest'] : [node, 'node_modules/vitest/vitest.mjs']
  const { succeeded, output } = await runCommand([...program, 'run', ...args, ...reporters], env)
  const { passed, failed, skipped } = await readResults(file)
  const unwanted = mustNotSkip ? skipped.filter(({ title }) => !ABSENT_BACK_END.test(title)) : []
  // Where no test failed the run itself may have: coverage below its floor, an error outside of tests, no test at all.
  const runFailed = failed === 0 && (!succeeded || passed === 0)
  const trouble = (runFailed ? 1 : 0) + unwanted.length
  return {
    passed: passed + (trouble + failed === 0 ? 1 : 0),
    failed: failed + trouble,
    notes: [...(BACK_ENDS.exec(output) ?? []), ...describeSkips(skipped)],
    output: [output, ...unwanted.map(({ name }) => `Skipped where nothing may be: ${name}`)].join('\n'),
  }
}

function describeSkips(skipped) {
  const absent = skipped.filter(({ title }) => ABSENT_BACK_END.test(title))
  const others = skipped.filter(({ title }) => !ABSENT_BACK_END.test(title))
  const summary = `Skipped: ${absent.length} suites over a back end that is absent`
  return [...(absent.length === 0 ? [] : [summary]), ...others.map(({ name }) => `Skipped: ${name}`)]
}

async function readResults(file) {
  const text = await readFile(file, 'utf8').catch(() => '{"testResults":[]}')
  const files = JSON.parse(text).testResults
  const tests = files.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, title, fullName }) => ({
      status,
      title,
      name: `${relative('', name)}: ${fullName}`,
    })),
  )
  const failed = tests.filter(({ status }) => status === 'failed').length
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failed + files.filter(isBroken).length,
    skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed'),
  }
}

/** Whether a file failed before its tests were known, or beside them. */
function isBroken({ status, assertionResults }) {
  return status === 'failed' && assertionResults.every(test => test.status !== 'failed')
}
