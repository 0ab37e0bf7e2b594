import type { Effect } from '../../core/decide/link-state.js'
import type { Checkout } from '../connect/checkout.js'
import type { AzureSubscriber } from '../database/azure-channel.js'
import type { Context } from '../database/context.js'
import type { ClientEvents } from '../ports.js'

/** Why nobody waits for a connection any more. */
export interface ConnectFailure {
  readonly error: unknown
  /** Whether further attempts are made all the same. Default `false`. */
  readonly goesOn?: boolean
}

/** What a link needs. */
export interface LinkParts {
  readonly context: Context
  readonly client: ClientEvents
  /** Whether its pool has it checked out; `undefined` where it is in no pool. */
  readonly checkout?: Checkout | undefined
  /** Opens a connection to Azure's channel; `undefined` where the client does not listen to it. */
  readonly openAzure?: (() => AzureSubscriber) | undefined
  /** Is told when the wait for a connection is over, with a failure where the strategy forbade further attempts. */
  onSettled(failure?: ConnectFailure): void
  /** Is told when a hand-off has failed and the connection will end soon. */
  onGivenUp?(): void
  /** Is told every effect before it is performed. It must not throw. */
  onEffect?(effect: Effect): void
}
