import type { CallStep } from './call-steps.js'
import type { ModelCalls } from './model/model-calls.js'
import type { ModelConnection } from './model/model-connection.js'
import type { ModelHost } from './model/model-host.js'
import type { ModelServer } from './model/model-server.js'
import type { Scenario, WishStep } from './scenario.js'

/** Which connections of an application: all, those that serve, or those that are being made. */
export type Which = 'all' | 'serving' | 'next'

/** What a scenario is about: a client, or a pool of them. */
export interface Application {
  readonly host: ModelHost
  readonly calls: ModelCalls
  readonly relaxed: boolean
  connect(): Promise<unknown>
  close(): Promise<void>
  destroy(): void
  /** The application asks for something. */
  call(step: CallStep): void
  /** Something happens that no server tells. */
  wish(step: WishStep): void
  /** The connections to one node: those that are made, serve or drain. */
  connectionsTo(node: string, which?: Which): readonly ModelConnection[]
  /** The state of the application. */
  endAt(at: number): Scenario['end']
}

/** How many connections there are to each node. Nodes without any are left out. */
export function connectionsByNode(
  application: Pick<Application, 'connectionsTo'>,
  { nodes }: ModelServer,
): Readonly<Record<string, number>> {
  const counts = [...nodes].map(({ name }): [string, number] => [name, application.connectionsTo(name).length])
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}
