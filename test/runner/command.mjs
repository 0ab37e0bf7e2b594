import { spawn } from 'node:child_process'
import { delimiter, resolve } from 'node:path'

/**
 * @typedef {object} Ended How a program ended.
 * @property {boolean} succeeded
 * @property {string} output What it printed, both streams in the order of arrival.
 */

/** No step takes nearly as long; one that hangs ends here. */
const LIMIT_MS = 20 * 60_000

const TOOLS = resolve('node_modules/.bin')

/**
 * Runs a program of the project's own dependencies, or of the system.
 *
 * @param {readonly string[]} command
 * @param {Readonly<Record<string, string>>} [env] Added to the environment.
 * @returns {Promise<Ended>}
 */
export function runCommand([program = '', ...args], env = {}) {
  const { PATH = '', FORCE_COLOR: _, ...inherited } = process.env
  return new Promise(done => {
    const child = spawn(program, args, {
      env: { ...inherited, NO_COLOR: '1', PATH: TOOLS + delimiter + PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Unlike a timer of `spawn`, this one does not outlive a program that could not be started.
      signal: AbortSignal.timeout(LIMIT_MS),
    })
    const chunks = []
    child.stdout.on('data', chunk => chunks.push(chunk))
    child.stderr.on('data', chunk => chunks.push(chunk))
    child.on('error', error => chunks.push(Buffer.from(`${error.message}\n`)))
    child.on('close', code => done({ succeeded: code === 0, output: Buffer.concat(chunks).toString() }))
  })
}
