import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { systemClock } from '../../base/clock.js'
import { createDeferred } from '../../base/deferred.js'
import { HitlessError } from '../../base/errors.js'

const START_DEADLINE_MS = 15_000
const STOP_DEADLINE_MS = 5_000
const READY = /Ready to accept connections|The server is now ready/

/**
 * Becomes the server, and starts a guard that waits for the end of its input, which is the end of this process in any
 * case. Then the guard ends the server and removes its folder. The name of the script is that folder.
 */
export const GUARDED_START: string = [
  'exec 3<&0 </dev/null',
  '(cat <&3; kill "$$"; rm -rf "$0") >/dev/null 2>&1 &',
  'exec "$@" 3<&-',
].join('\n')

/** A `redis-server` of our own, on a Unix socket in a directory of its own. */
export interface RedisProcess {
  readonly path: string
  readonly pid: number
  /** Ends the process and removes its directory. */
  stop(): Promise<void>
}

/** The path of `redis-server`, found as a shell finds it; `undefined` where there is none. */
export function findRedisServer(): string | undefined {
  const { PATH = '' } = process.env
  const folders = PATH.split(delimiter).filter(folder => folder !== '')
  return folders.map(folder => join(folder, 'redis-server')).find(isExecutable)
}

/**
 * Starts a `redis-server` that keeps nothing on disk.
 *
 * @param command - Default: the one that {@link findRedisServer} finds.
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when there is none, or when it does not get ready.
 */
export async function startRedisProcess(command: string | undefined = findRedisServer()): Promise<RedisProcess> {
  if (command === undefined) throw unavailable('No redis-server was found on the PATH', undefined)
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-'))
  const path = join(folder, 'redis.sock')
  const settings = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn('/bin/sh', ['-c', GUARDED_START, folder, command, ...settings], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stop = async (): Promise<void> => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitUntilReady(child)
  } catch (cause) {
    await stop()
    throw unavailable(`${command} did not get ready`, cause)
  }
  return { path, pid: child.pid ?? 0, stop }
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  const ready = createDeferred<void>()
  let said = ''
  const listen = (chunk: Buffer): void => {
    said = `${said}${chunk.toString()}`.slice(-4096)
    if (READY.test(said)) ready.resolve()
  }
  const fail = (): void => ready.reject(new Error(`It ended, after saying: ${said.trim()}`))
  child.stdout?.on('data', listen)
  child.stderr?.on('data', listen)
  child.once('exit', fail)
  child.once('error', error => ready.reject(error))
  const deadline = systemClock.after(START_DEADLINE_MS, () => ready.reject(new Error('It took too long')), true)
  try {
    await ready.promise
  } finally {
    deadline.dispose()
    child.removeListener('exit', fail)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const deadline = systemClock.after(STOP_DEADLINE_MS, () => child.kill('SIGKILL'), true)
  await ended
  deadline.dispose()
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function unavailable(message: string, cause: unknown): HitlessError {
  return new HitlessError('SIMULATOR_UNAVAILABLE', message, { cause, facts: { kind: 'server' } })
}
