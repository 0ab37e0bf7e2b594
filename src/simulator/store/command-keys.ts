type Words = readonly Buffer[]

/** Where the keys of a command stand among its words. */
export interface KeyPlaces {
  /** The word of the first key; 0 for none. */
  readonly first: number
  /** The word of the last key; negative counts from the end. */
  readonly last: number
  /** From one key to the next. */
  readonly step: number
  /** The word that says how many keys follow it, or the keyword behind which half of the words are keys. */
  readonly movable?: number | 'STREAMS'
}

const NO_KEYS: KeyPlaces = { first: 0, last: 0, step: 0 }
const FIRST: KeyPlaces = { first: 1, last: 1, step: 1 }

const FAMILIES: readonly (readonly [KeyPlaces, string])[] = [
  [
    NO_KEYS,
    'ACL ASKING AUTH BGREWRITEAOF BGSAVE CLIENT CLUSTER COMMAND CONFIG DBSIZE DISCARD ECHO EXEC FAILOVER FLUSHALL FLUSHDB FUNCTION ' +
      'HELLO INFO KEYS LASTSAVE LATENCY LOLWUT MODULE MONITOR MULTI PING PSUBSCRIBE PUBLISH PUBSUB PUNSUBSCRIBE QUIT RANDOMKEY ' +
      'READONLY READWRITE REPLICAOF RESET ROLE SAVE SCAN SCRIPT SELECT SENTINEL SHUTDOWN SLOWLOG SUBSCRIBE SWAPDB TIME UNSUBSCRIBE ' +
      'UNWATCH WAIT WAITAOF',
  ],
  [
    { first: 1, last: -1, step: 1 },
    'DEL EXISTS MGET PFCOUNT PFMERGE SDIFF SDIFFSTORE SINTER SINTERSTORE SSUBSCRIBE SUNION SUNIONSTORE SUNSUBSCRIBE TOUCH UNLINK WATCH',
  ],
  [
    { first: 1, last: 2, step: 1 },
    'BLMOVE BRPOPLPUSH COPY GEOSEARCHSTORE LCS LMOVE RENAME RENAMENX RPOPLPUSH SMOVE ZRANGESTORE',
  ],
  [{ first: 1, last: -1, step: 2 }, 'MSET MSETNX'],
  [{ first: 1, last: -2, step: 1 }, 'BLPOP BRPOP BZPOPMAX BZPOPMIN'],
  [{ first: 2, last: -1, step: 1 }, 'BITOP'],
  [{ first: 2, last: 2, step: 1 }, 'MEMORY OBJECT XGROUP XINFO'],
  [{ ...NO_KEYS, movable: 1 }, 'LMPOP SINTERCARD ZDIFF ZINTER ZINTERCARD ZMPOP ZUNION'],
  [{ ...NO_KEYS, movable: 2 }, 'BLMPOP BZMPOP EVAL EVALSHA EVALSHA_RO EVAL_RO FCALL FCALL_RO'],
  [{ ...FIRST, movable: 2 }, 'ZDIFFSTORE ZINTERSTORE ZUNIONSTORE'],
  [{ ...NO_KEYS, movable: 'STREAMS' }, 'XREAD XREADGROUP'],
]

const PLACES: ReadonlyMap<string, KeyPlaces> = new Map(
  FAMILIES.flatMap(([places, names]) => names.split(' ').map(name => [name, places] as const)),
)

const SHARD_CHANNELS: ReadonlySet<string> = new Set(['SPUBLISH', 'SSUBSCRIBE', 'SUNSUBSCRIBE'])

/** Where a command has its keys or shard channels. Most commands have one, in first place. */
export function keyPlacesOf(name: string): KeyPlaces {
  return PLACES.get(name) ?? FIRST
}

/** The keys or shard channels of a command, by which a cluster finds its node. */
export function keysOf(words: Words): Words {
  const places = keyPlacesOf(nameOf(words))
  return [...inRange(words, places), ...moved(words, places)]
}

function inRange(words: Words, { first, last, step }: KeyPlaces): Words {
  if (first === 0) return []
  const end = last < 0 ? words.length + last : last
  return words.slice(first, end + 1).filter((_, at) => at % step === 0)
}

function moved(words: Words, { movable }: KeyPlaces): Words {
  if (movable === undefined) return []
  if (movable !== 'STREAMS') return words.slice(movable + 1, movable + 1 + (Number(words[movable]) || 0))
  const at = words.findIndex(word => word.toString('latin1').toUpperCase() === movable)
  const rest = at === -1 ? [] : words.slice(at + 1)
  return rest.slice(0, rest.length / 2)
}

/** Whether the command is about shard channels, which are nothing that is stored. */
export function isShardChannelCommand(words: Words): boolean {
  return SHARD_CHANNELS.has(nameOf(words))
}

/** The name of a command in upper case. */
export function nameOf(words: Words): string {
  return words[0]?.toString('latin1').toUpperCase() ?? ''
}
