import { toInteger } from '../numbers.js'
import { CommandError, OK, type Reply, syntaxError } from '../reply.js'
import { bytesAt, type Call, keywordAt, nameAt } from '../specification.js'

/** The options of `SET`. */
interface SetOptions {
  readonly condition: 'NX' | 'XX' | undefined
  readonly returnsOld: boolean
  /** How long the key lives; `keep` leaves its life as it is. */
  readonly livesMs: number | 'keep' | undefined
}

/** `SET key value [NX | XX] [GET] [EX s | PX ms | KEEPTTL]`. */
export function set(call: Call): Reply {
  const options = readOptions(call)
  const { keyspace, store } = call
  const name = nameAt(call, 1)
  const old = options.returnsOld ? (keyspace.get(name, 'string')?.bytes ?? null) : undefined
  const entry = keyspace.entry(name)
  if (options.condition !== undefined && (options.condition === 'NX') !== (entry === undefined)) return old ?? null
  const { livesMs } = options
  const end = livesMs === 'keep' ? entry?.expiresAt : livesMs === undefined ? undefined : store.clock.now() + livesMs
  keyspace.set(name, { type: 'string', bytes: Buffer.from(bytesAt(call, 2)) }, end)
  return old === undefined ? OK : old
}

type OptionReader = (options: SetOptions, argument: Buffer | undefined) => SetOptions

interface SetOption {
  readonly takesArgument: boolean
  readonly read: OptionReader
}

const OPTIONS: ReadonlyMap<string, SetOption> = new Map<string, SetOption>([
  ['NX', { takesArgument: false, read: options => withCondition(options, 'NX') }],
  ['XX', { takesArgument: false, read: options => withCondition(options, 'XX') }],
  ['GET', { takesArgument: false, read: options => ({ ...options, returnsOld: true }) }],
  ['KEEPTTL', { takesArgument: false, read: options => withLife(options, 'keep') }],
  ['EX', { takesArgument: true, read: (options, argument) => withLife(options, toLife(argument, 1000)) }],
  ['PX', { takesArgument: true, read: (options, argument) => withLife(options, toLife(argument, 1)) }],
])

function readOptions(call: Call): SetOptions {
  let options: SetOptions = { condition: undefined, returnsOld: false, livesMs: undefined }
  for (let at = 3; at < call.words.length; at += 1) {
    const option = OPTIONS.get(keywordAt(call, at))
    if (option === undefined) throw syntaxError()
    if (option.takesArgument) at += 1
    options = option.read(options, call.words[at])
  }
  return options
}

function withCondition(options: SetOptions, condition: 'NX' | 'XX'): SetOptions {
  if (options.condition !== undefined) throw syntaxError()
  return { ...options, condition }
}

function withLife(options: SetOptions, livesMs: number | 'keep'): SetOptions {
  if (options.livesMs !== undefined) throw syntaxError()
  return { ...options, livesMs }
}

function toLife(argument: Buffer | undefined, unitMs: number): number {
  if (argument === undefined) throw syntaxError()
  const livesMs = toInteger(argument) * unitMs
  if (livesMs <= 0) throw new CommandError("ERR invalid expire time in 'set' command")
  return livesMs
}
