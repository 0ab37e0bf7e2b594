import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, inject } from 'vitest'
import { createDeferred } from '../../src/base/deferred.js'
import { GUARDED_START } from '../../src/simulator/backends/redis-process.js'
import { findRedisServer } from '../../src/simulator/index.js'
import { probeBackends } from './backend-probe.js'
import { declareAbsence } from './backends.js'

/** A `redis-server` that listens on TCP. It keeps nothing on disk. */
export interface RedisServer {
  readonly host: string
  readonly port: number
  readonly pid: number
  /** Ends the process as a crash would: the kernel closes its connections, and its port refuses. */
  kill(): Promise<void>
}

/** Where a server listens, and further settings as on its command line. */
export interface RedisServerOptions {
  readonly host: string
  readonly port: number
  readonly settings?: readonly string[]
  /** Makes it a sentinel: the lines of its file. */
  readonly sentinel?: readonly string[]
}

/** Declares tests that need a real server; without one they show as one skipped test, or a failed one where required. */
export function describeWithRedisServer(title: string, define: () => void): void {
  const report = reports.find(({ name }) => name === 'redis-server')
  describe(title, () => {
    if (report?.absence === undefined) define()
    else declareAbsence(report.absence, report.required)
  })
}

const reports = inject('backends') ?? (await probeBackends())

/**
 * Starts a server.
 *
 * @throws Error when it ends before it is ready, as it does where the port is taken.
 */
export async function startRedisServer({
  host,
  port,
  settings = [],
  sentinel,
}: RedisServerOptions): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-hitless-'))
  const file = join(folder, 'sentinel.conf')
  if (sentinel !== undefined) await writeFile(file, [`bind ${host}`, `port ${port}`, ...sentinel, ''].join('\n'))
  const server = ['--bind', host, '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder]
  const own = sentinel === undefined ? [...server, ...settings] : [file, '--sentinel']
  const command = findRedisServer() ?? 'redis-server'
  // The guard removes the folder once the process is gone.
  const child = spawn('/bin/sh', ['-c', GUARDED_START, folder, command, ...own], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  await waitUntilReady(child)
  return { host, port, pid: child.pid ?? 0, kill: () => kill(child) }
}

/** Finds a port that nothing listens on at any of some addresses. */
export async function findFreePort(hosts: readonly string[]): Promise<number> {
  for (;;) {
    const port = await tryPort(hosts[0], 0)
    const others = await Promise.all(hosts.slice(1).map(host => tryPort(host, port)))
    if (port > 0 && others.every(found => found > 0)) return port
  }
}

async function tryPort(host: string | undefined, port: number): Promise<number> {
  const server = createServer()
  const listening = once(server, 'listening')
  server.listen({ host, port })
  try {
    await listening
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  } catch {
    return 0
  } finally {
    server.close()
  }
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  const ready = createDeferred<void>()
  let said = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString()}`.slice(-4_096)
    if (/Ready to accept connections|Sentinel ID is/.test(said)) ready.resolve()
  })
  child.once('exit', () => ready.reject(new Error(`redis-server ended, after saying: ${said.trim()}`)))
  await ready.promise
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
