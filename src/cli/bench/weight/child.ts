import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { ClientsCost, ClientsOrder, ClientsReport, ImportCost, Lap } from './messages.js'

/** How processes are started. */
export interface ProcessOptions {
  /** The compiled program. */
  readonly program: string
  readonly signal: AbortSignal
}

/** A process full of clients. */
export interface ClientsProcess {
  readonly cost: ClientsCost
  /**
   * What it used since it was last asked, or since everything was connected.
   *
   * @throws Error when it has ended.
   */
  lap(): Promise<Lap>
  stop(): Promise<void>
}

/**
 * Imports a module in a process of its own.
 *
 * @throws Error when it ends early.
 */
export async function importAlone(module: string, options: ProcessOptions): Promise<ImportCost> {
  const child = start(module, options)
  // Both ends of the channel are this package, here and below.
  const cost = (await nextMessage(child)) as ImportCost
  await stop(child)
  return cost
}

/**
 * Starts a process full of clients and resolves once it has done what it was told.
 *
 * @throws Error when it ends early.
 */
export async function startClients(order: ClientsOrder, options: ProcessOptions): Promise<ClientsProcess> {
  const child = start(JSON.stringify(order), options)
  const first = (await nextMessage(child)) as ClientsReport
  if (first.type !== 'connected') throw new Error('Clients could not be measured: they told a lap first')
  return {
    cost: first.cost,
    async lap() {
      if (child.connected) child.send('lap')
      const report = (await nextMessage(child)) as ClientsReport
      if (report.type !== 'lap') throw new Error('Clients could not be measured: they connected twice')
      return report.lap
    },
    stop: () => stop(child),
  }
}

function start(argument: string, { program, signal }: ProcessOptions): ChildProcess {
  const child = fork(program, [argument], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: ['--expose-gc'],
    signal,
  })
  child.on('error', () => {})
  return child
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const answered = new AbortController()
  const { signal } = answered
  try {
    if (hasEnded(child)) throw endedEarly()
    const exit = once(child, 'exit', { signal }).then(() => Promise.reject(endedEarly()))
    const [message] = await Promise.race([once(child, 'message', { signal }), exit])
    return message
  } finally {
    answered.abort()
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  if (child.connected) child.disconnect()
  await exited
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function endedEarly(): Error {
  return new Error('Weight could not be measured: a process ended early')
}
