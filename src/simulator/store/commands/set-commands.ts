import { toLifeMs } from '../numbers.js'
import { OK, type Reply, syntaxError } from '../reply.js'
import { bytesAt, type Call, keywordAt, nameAt } from '../specification.js'

type Condition = 'NX' | 'XX'
type Life = 'EX' | 'PX' | 'KEEPTTL'

/** The options of `SET`. */
interface SetOptions {
  readonly condition: Condition | undefined
  readonly returnsOld: boolean
  readonly life: Life | undefined
  /** The number behind `EX` or `PX`. */
  readonly argument: Buffer | undefined
}

/** `SET key value [NX | XX] [GET] [EX s | PX ms | KEEPTTL]`. */
export function set(call: Call): Reply {
  const { keyspace } = call
  const options = readOptions(call)
  const livesMs = toLife(options)
  const name = nameAt(call, 1)
  const old = options.returnsOld ? (keyspace.get(name, 'string')?.bytes ?? null) : undefined
  const entry = keyspace.entry(name)
  if (options.condition !== undefined && (options.condition === 'NX') !== (entry === undefined)) return old ?? null
  const ends = livesMs === undefined ? undefined : call.store.clock.now() + livesMs
  const value = { type: 'string', bytes: Buffer.from(bytesAt(call, 2)) } as const
  keyspace.set(name, value, options.life === 'KEEPTTL' ? entry?.expiresAt : ends)
  return old === undefined ? OK : old
}

/** Reads all words before any number is checked: a wrong word is the error to report. */
function readOptions(call: Call): SetOptions {
  let options: SetOptions = { condition: undefined, returnsOld: false, life: undefined, argument: undefined }
  for (let at = 3; at < call.words.length; at += 1) {
    const option = keywordAt(call, at)
    if (option === 'EX' || option === 'PX') at += 1
    options = addOption(options, option, call.words[at])
  }
  return options
}

function addOption(options: SetOptions, option: string, argument: Buffer | undefined): SetOptions {
  switch (option) {
    case 'GET':
      return { ...options, returnsOld: true }
    case 'NX':
    case 'XX':
      return { ...options, condition: same(options.condition, option) }
    case 'KEEPTTL':
      return { ...options, life: same(options.life, option) }
    case 'EX':
    case 'PX':
      if (argument === undefined) throw syntaxError()
      return { ...options, life: same(options.life, option), argument }
    default:
      throw syntaxError()
  }
}

/** The same option may come twice. An option that excludes it may not come. */
function same<T extends string>(given: T | undefined, now: T): T {
  if (given !== undefined && given !== now) throw syntaxError()
  return now
}

function toLife({ life, argument }: SetOptions): number | undefined {
  if (argument === undefined) return undefined
  return toLifeMs(argument, life === 'EX' ? 1000 : 1, 'set')
}
