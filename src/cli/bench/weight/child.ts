import { nextMessage, type ProcessOptions, startProgram, stopProgram } from '../child-program.js'
import type { ClientsCost, ClientsOrder, ClientsReport, ImportCost, Lap } from './messages.js'

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
  const child = startProgram(module, options)
  // Both ends of the channel are this package, here and below.
  const cost = (await nextMessage(child)) as ImportCost
  await stopProgram(child)
  return cost
}

/**
 * Starts a process full of clients and resolves once it has done what it was told.
 *
 * @throws Error when it ends early.
 */
export async function startClients(order: ClientsOrder, options: ProcessOptions): Promise<ClientsProcess> {
  const child = startProgram(JSON.stringify(order), options)
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
    stop: () => stopProgram(child),
  }
}
