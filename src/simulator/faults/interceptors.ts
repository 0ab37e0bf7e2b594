import type { Interceptor } from '../sessions/session.js'
import { interceptAuthentication } from './authentication.js'
import { interceptCapabilities } from './capabilities.js'
import { interceptLackingReplicas } from './lacking-replicas.js'
import { interceptLoading } from './loading.js'
import { interceptOptIn } from './opt-in.js'
import { interceptReplica } from './replica.js'

/** What a node answers by itself, in the order in which servers look at it. */
export const NODE_INTERCEPTORS: readonly Interceptor[] = [
  interceptLoading,
  interceptAuthentication,
  interceptOptIn,
  interceptCapabilities,
  interceptReplica,
  interceptLackingReplicas,
]
