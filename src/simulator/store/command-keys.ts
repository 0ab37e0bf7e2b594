type Words = readonly Buffer[]
type KeysOf = (words: Words) => Words

const NO_KEYS: Words = []

const all: KeysOf = words => words.slice(1)
const first: KeysOf = words => words.slice(1, 2)
const second: KeysOf = words => words.slice(2, 3)
const firstTwo: KeysOf = words => words.slice(1, 3)
const allButLast: KeysOf = words => words.slice(1, -1)
const pairs: KeysOf = words => words.slice(1).filter((_, at) => at % 2 === 0)
const fromThird: KeysOf = words => words.slice(2)

/** As many keys as the word at a place says, after it. */
function counted(at: number): KeysOf {
  return words => words.slice(at + 1, at + 1 + (Number(words[at]) || 0))
}

/** The first half of what follows `STREAMS`. */
const streams: KeysOf = words => {
  const at = words.findIndex(word => word.toString('latin1').toUpperCase() === 'STREAMS')
  const rest = at === -1 ? NO_KEYS : words.slice(at + 1)
  return rest.slice(0, rest.length / 2)
}

const FAMILIES: readonly (readonly [KeysOf, string])[] = [
  [
    () => NO_KEYS,
    'ACL ASKING AUTH BGREWRITEAOF BGSAVE CLIENT CLUSTER COMMAND CONFIG DBSIZE DISCARD ECHO EXEC FAILOVER FLUSHALL FLUSHDB FUNCTION ' +
      'HELLO INFO KEYS LASTSAVE LATENCY LOLWUT MODULE MONITOR MULTI PING PSUBSCRIBE PUBLISH PUBSUB PUNSUBSCRIBE QUIT RANDOMKEY ' +
      'READONLY READWRITE REPLICAOF RESET ROLE SAVE SCAN SCRIPT SELECT SENTINEL SHUTDOWN SLOWLOG SUBSCRIBE SWAPDB TIME UNSUBSCRIBE ' +
      'UNWATCH WAIT WAITAOF',
  ],
  [
    all,
    'DEL EXISTS MGET PFCOUNT PFMERGE SDIFF SDIFFSTORE SINTER SINTERSTORE SSUBSCRIBE SUNION SUNIONSTORE SUNSUBSCRIBE',
  ],
  [all, 'TOUCH UNLINK WATCH'],
  [firstTwo, 'BLMOVE BRPOPLPUSH COPY GEOSEARCHSTORE LCS LMOVE RENAME RENAMENX RPOPLPUSH SMOVE ZRANGESTORE'],
  [pairs, 'MSET MSETNX'],
  [allButLast, 'BLPOP BRPOP BZPOPMAX BZPOPMIN'],
  [fromThird, 'BITOP'],
  [second, 'MEMORY OBJECT XGROUP XINFO'],
  [counted(1), 'LMPOP SINTERCARD ZDIFF ZINTER ZINTERCARD ZMPOP ZUNION'],
  [counted(2), 'BLMPOP BZMPOP EVAL EVALSHA EVALSHA_RO EVAL_RO FCALL FCALL_RO'],
  [words => [...first(words), ...counted(2)(words)], 'ZDIFFSTORE ZINTERSTORE ZUNIONSTORE'],
  [streams, 'XREAD XREADGROUP'],
]

const KEYS_OF: ReadonlyMap<string, KeysOf> = new Map(
  FAMILIES.flatMap(([keysOf, names]) => names.split(' ').map(name => [name, keysOf] as const)),
)

const SHARD_CHANNELS: ReadonlySet<string> = new Set(['SPUBLISH', 'SSUBSCRIBE', 'SUNSUBSCRIBE'])

/** The keys or shard channels of a command, by which a cluster finds its node. Most commands have their key in first place. */
export function keysOf(words: Words): Words {
  return (KEYS_OF.get(nameOf(words)) ?? first)(words)
}

/** Whether the command is about shard channels, which are nothing that is stored. */
export function isShardChannelCommand(words: Words): boolean {
  return SHARD_CHANNELS.has(nameOf(words))
}

/** The name of a command in upper case. */
export function nameOf(words: Words): string {
  return words[0]?.toString('latin1').toUpperCase() ?? ''
}
