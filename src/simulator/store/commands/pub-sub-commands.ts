import { publish, publishToShard, type SubscriptionKind, subscribe, unsubscribe } from '../channels.js'
import { toBytes, toName } from '../entry.js'
import { matchesGlob } from '../glob.js'
import { CommandError, NOTHING, type Reply } from '../reply.js'
import { bytesAt, type Call, type CommandSpec, keywordAt, nameAt, textAt } from '../specification.js'

type Change = typeof subscribe

/** The confirmations are the reply. */
function change(call: Call, kind: SubscriptionKind, apply: Change): Reply {
  apply(call.client, kind, call.words.slice(1))
  return NOTHING
}

function inspect(call: Call): Reply {
  const clients = [...call.store.clients.values()]
  switch (keywordAt(call, 1)) {
    case 'CHANNELS':
      return active(
        clients.flatMap(({ subscriptions }) => [...subscriptions.channels]),
        call,
      )
    case 'SHARDCHANNELS':
      return active(
        clients.flatMap(({ subscriptions }) => [...subscriptions.shards]),
        call,
      )
    case 'NUMSUB':
      return call.words
        .slice(2)
        .flatMap(word => [word, clients.filter(client => client.subscriptions.channels.has(toName(word))).length])
    case 'SHARDNUMSUB':
      return call.words
        .slice(2)
        .flatMap(word => [word, clients.filter(client => client.subscriptions.shards.has(toName(word))).length])
    case 'NUMPAT':
      return new Set(clients.flatMap(({ subscriptions }) => [...subscriptions.patterns])).size
    default:
      throw new CommandError(`ERR unknown subcommand '${textAt(call, 1)}'. Try PUBSUB HELP.`)
  }
}

function active(names: readonly string[], call: Call): Reply {
  const pattern = call.words.length > 2 ? nameAt(call, 2) : '*'
  return [...new Set(names)].filter(name => matchesGlob(pattern, name)).map(toBytes)
}

const told = { flags: ['pubsub'] } as const
const family = { ...told, whileSubscribed: true, arity: -2 } as const

/** The commands that subscribe and publish. */
export const pubSubCommands: readonly CommandSpec[] = [
  { name: 'SUBSCRIBE', ...family, run: call => change(call, 'channels', subscribe) },
  { name: 'PSUBSCRIBE', ...family, run: call => change(call, 'patterns', subscribe) },
  { name: 'SSUBSCRIBE', ...family, run: call => change(call, 'shards', subscribe) },
  { name: 'UNSUBSCRIBE', ...family, arity: -1, run: call => change(call, 'channels', unsubscribe) },
  { name: 'PUNSUBSCRIBE', ...family, arity: -1, run: call => change(call, 'patterns', unsubscribe) },
  { name: 'SUNSUBSCRIBE', ...family, arity: -1, run: call => change(call, 'shards', unsubscribe) },
  {
    name: 'PUBLISH',
    ...told,
    arity: 3,
    run: call => publish(call.store.clients.values(), bytesAt(call, 1), bytesAt(call, 2)),
  },
  {
    name: 'SPUBLISH',
    ...told,
    arity: 3,
    run: call => publishToShard(call.store.clients.values(), bytesAt(call, 1), bytesAt(call, 2)),
  },
  { name: 'PUBSUB', arity: -2, run: inspect },
]
