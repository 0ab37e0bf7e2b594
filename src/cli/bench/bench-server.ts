import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../base/clock.js'
import { GUARDED_START } from '../../simulator/backends/redis-process.js'
import { findRedisServer } from '../../simulator/index.js'
import { waitUntil } from '../program/wait-until.js'

/** A server in a process of its own, since the process that measures must not serve itself. */
export interface BenchServer {
  readonly url: string
  /** What it is, for people. */
  readonly name: string
  stop(): Promise<void>
}

const READY_WITHIN_MS = 15_000
const STOP_WITHIN_MS = 5_000
const ATTEMPTS = 3

/**
 * Starts a redis-server on a TCP port where the binary is found, else the built-in store in a process of its own.
 *
 * @param storeProgram - The compiled program that serves the store.
 * @throws Error when neither gets ready.
 */
export async function startBenchServer(storeProgram: string): Promise<BenchServer> {
  const binary = findRedisServer()
  if (binary === undefined) return startStore(storeProgram)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startRedis(binary)
    } catch (error) {
      // Another process may have taken the port between the look for it and the start.
      if (attempt === ATTEMPTS) throw error
    }
  }
}

async function startRedis(binary: string): Promise<BenchServer> {
  const port = await findPort()
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-bench-'))
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const child = spawn('/bin/sh', ['-c', GUARDED_START, folder, binary, ...settings], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const stop = async (): Promise<void> => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  let said = ''
  child.stdout.on('data', chunk => {
    said = `${said}${String(chunk)}`.slice(-4_096)
  })
  child.once('error', () => {})
  if (await isReady(child, () => /Ready to accept connections|The server is now ready/.test(said))) {
    return { url: `redis://127.0.0.1:${port}`, name: `redis-server (${binary})`, stop }
  }
  await stop()
  throw new Error(`${binary} did not get ready: ${said.trim().split('\n').at(-1)}`)
}

async function startStore(program: string): Promise<BenchServer> {
  const child = fork(program, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
  let url: string | undefined
  child.once('message', message => {
    url = String(message)
  })
  const stop = (): Promise<void> => end(child)
  await isReady(child, () => url !== undefined)
  if (url !== undefined) return { url, name: 'built-in store (no redis-server was found)', stop }
  await stop()
  throw new Error('The built-in store did not get ready')
}

async function isReady(child: ChildProcess, ready: () => boolean): Promise<boolean> {
  const over = (): boolean => child.pid === undefined || child.exitCode !== null
  await waitUntil(() => ready() || over(), { withinMs: READY_WITHIN_MS, everyMs: 20 })
  return ready() && !over()
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const deadline = systemClock.after(STOP_WITHIN_MS, () => child.kill('SIGKILL'), true)
  await ended
  deadline.dispose()
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port can be had')
  return address.port
}
