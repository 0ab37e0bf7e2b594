import type { Endpoint } from '../../base/endpoint.js'
import { encodeValue } from '../../wire/encoder.js'
import { shareOf } from '../cluster/slot.js'
import { OK_REPLY } from '../faults/replies.js'
import { keyword } from '../sessions/command.js'
import type { ProxyInterceptor } from './interceptor-chain.js'

/** Answers `CLUSTER SLOTS` as if the nodes were the primaries of a cluster that share the slots evenly. */
export function actAsCluster(nodes: readonly Endpoint[]): ProxyInterceptor {
  const rows = nodes.map(({ host, port }, index) => {
    const { from, to } = shareOf(index, nodes.length)
    return [from, to, [host, port, `proxy-id-${port}`]]
  })
  const reply = encodeValue(rows, 3)
  return {
    name: 'cluster-simulation-interceptor',
    answer: command =>
      command.name === 'CLUSTER' && command.words.length === 2 && keyword(command, 1) === 'SLOTS' ? reply : undefined,
  }
}

/** Has every connection opt in to notifications. Who sends them is the matter of others. */
export const acceptOptIn: ProxyInterceptor = {
  name: 'hitless-simulation-interceptor',
  answer: command =>
    command.name === 'CLIENT' &&
    command.words.length === 5 &&
    keyword(command, 1) === 'MAINT_NOTIFICATIONS' &&
    keyword(command, 2) === 'ON'
      ? OK_REPLY
      : undefined,
}
