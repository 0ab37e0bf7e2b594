import { once } from 'node:events'
import { connect } from 'node:net'
import { startRedisProcess } from '../../src/simulator/backends/redis-process.js'
import type { BackendOptions } from '../../src/simulator/index.js'
import { encodeCommand } from '../../src/wire/encoder.js'
import { type BackendName, testImage } from './backend-probe.js'

/** A back end that runs, for the tests of one file. */
export interface RunningBackend {
  readonly options: BackendOptions
  /** Takes all data away. */
  flush(): Promise<void>
  stop(): Promise<void>
}

/** Starts a back end that is known to be there. */
export async function startBackend(name: BackendName): Promise<RunningBackend> {
  switch (name) {
    case 'store':
      return { options: { kind: 'store' }, flush: () => Promise.resolve(), stop: () => Promise.resolve() }
    case 'redis-server':
      return startProcess()
    case 'container':
      return startContainer()
  }
}

async function startProcess(): Promise<RunningBackend> {
  const { path, stop } = await startRedisProcess()
  return { options: { kind: 'server', path }, flush: () => flush({ path }), stop }
}

async function startContainer(): Promise<RunningBackend> {
  // Its helper container is an image of its own, which cannot be had everywhere; every container here is stopped.
  Object.assign(process.env, { TESTCONTAINERS_RYUK_DISABLED: 'true' })
  const { GenericContainer, Wait } = await import('testcontainers')
  const container = await new GenericContainer(testImage())
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
    .start()
  const address = { host: container.getHost(), port: container.getMappedPort(6379) }
  return {
    options: { kind: 'server', ...address },
    flush: () => flush(address),
    stop: async () => {
      await container.stop()
    },
  }
}

async function flush(address: { path: string } | { host: string; port: number }): Promise<void> {
  const socket = connect(address)
  socket.write(encodeCommand(['FLUSHALL']))
  await once(socket, 'data')
  socket.destroy()
}
