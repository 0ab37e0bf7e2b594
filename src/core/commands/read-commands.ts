/** Whether a command only reads. The first word is its name. */
type Judge = (args: readonly unknown[]) => boolean

const always: Judge = () => true

/** Commands that only read, whatever follows their name. */
const READS: readonly string[] = words(`
  DUMP EXISTS EXPIRETIME KEYS OBJECT|ENCODING OBJECT|FREQ OBJECT|IDLETIME OBJECT|REFCOUNT PEXPIRETIME PTTL RANDOMKEY SCAN
  SORT_RO TOUCH TTL TYPE DBSIZE MEMORY|USAGE LOLWUT
  DIGEST GET GETRANGE LCS MGET STRLEN SUBSTR BITCOUNT BITFIELD_RO BITPOS GETBIT PFCOUNT
  HEXISTS HEXPIRETIME HGET HGETALL HKEYS HLEN HMGET HPEXPIRETIME HPTTL HRANDFIELD HSCAN HSTRLEN HTTL HVALS
  LINDEX LLEN LPOS LRANGE
  SCARD SDIFF SDIFFCARD SINTER SINTERCARD SISMEMBER SMEMBERS SMISMEMBER SRANDMEMBER SSCAN SUNION SUNIONCARD
  ZCARD ZCOUNT ZDIFF ZINTER ZINTERCARD ZLEXCOUNT ZMSCORE ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREVRANGE
  ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCAN ZSCORE ZUNION
  GEODIST GEOHASH GEOPOS GEORADIUS_RO GEORADIUSBYMEMBER_RO GEOSEARCH
  XINFO|CONSUMERS XINFO|GROUPS XINFO|STREAM XLEN XPENDING XRANGE XREVRANGE
  ARCOUNT ARGET ARGETRANGE ARGREP ARINFO ARLASTITEMS ARLEN ARMGET ARSCAN
  VCARD VDIM VEMB VGETATTR VINFO VISMEMBER VLINKS VRANDMEMBER VRANGE VSIM
  EVAL_RO EVALSHA_RO FCALL_RO
  JSON.ARRINDEX JSON.ARRLEN JSON.GET JSON.MGET JSON.OBJKEYS JSON.OBJLEN JSON.RESP JSON.STRLEN JSON.TYPE
  FT.DICTDUMP FT.EXPLAIN FT.EXPLAINCLI FT.INFO FT.SEARCH FT.SPELLCHECK FT.SUGGET FT.SUGLEN FT.SYNDUMP FT.TAGVALS
  TS.GET TS.INFO TS.MGET TS.MRANGE TS.MREVRANGE TS.QUERYINDEX TS.RANGE TS.REVRANGE
  BF.CARD BF.EXISTS BF.INFO BF.MEXISTS BF.SCANDUMP CF.COUNT CF.EXISTS CF.INFO CF.MEXISTS CF.SCANDUMP
  CMS.INFO CMS.QUERY TOPK.COUNT TOPK.INFO TOPK.LIST TOPK.QUERY
  TDIGEST.BYRANK TDIGEST.BYREVRANK TDIGEST.CDF TDIGEST.INFO TDIGEST.MAX TDIGEST.MIN TDIGEST.QUANTILE TDIGEST.RANK
  TDIGEST.REVRANK TDIGEST.TRIMMED_MEAN
`)

/** Commands that read no data and change nothing. Any connection may answer them. */
const QUESTIONS: readonly string[] = ['PING', 'ECHO', 'TIME', 'INFO']

const JUDGES: ReadonlyMap<string, Judge> = new Map([
  ...byName([...READS, ...QUESTIONS]),
  // With BLOCK it is a blocking command, which has rules of its own.
  ['XREAD', args => !hasWord(args, 'BLOCK', 'STREAMS')],
  // A cursor stays on the server, and is valid there only.
  ['FT.AGGREGATE', args => !hasWord(args, 'WITHCURSOR')],
])

/** The names of all commands that only read, with some options at least. */
export const READ_COMMANDS: readonly string[] = [...JUDGES.keys()]

/**
 * Whether a command only reads: sent twice it does no harm, and a replica would answer it.
 *
 * Commands that read with some options and write with others, such as SORT and GEORADIUS, count as writes, as they do
 * for a replica. Scripts that are not declared read-only, commands that block, and unknown commands count as writes
 * too.
 *
 * @param args - The words of the command, its name first, in any case.
 */
export function isReadCommand(args: readonly unknown[]): boolean {
  return JUDGES.get(upper(args[0]))?.(args) ?? false
}

function byName(reads: readonly string[]): Map<string, Judge> {
  const judges = new Map<string, Judge>()
  const subcommands = new Map<string, Set<string>>()
  for (const read of reads) {
    const [name = '', subcommand] = read.split('|')
    if (subcommand === undefined) {
      judges.set(name, always)
      continue
    }
    const known = subcommands.get(name) ?? new Set()
    subcommands.set(name, known.add(subcommand))
    judges.set(name, args => known.has(upper(args[1])))
  }
  return judges
}

/** Whether an option is among the words that precede another one. */
function hasWord(args: readonly unknown[], option: string, before?: string): boolean {
  for (const arg of args) {
    const word = upper(arg)
    if (word === before) return false
    if (word === option) return true
  }
  return false
}

function upper(word: unknown): string {
  return String(word).toUpperCase()
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
