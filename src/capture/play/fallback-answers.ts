import { encodeSimple, encodeValue } from '../../wire/encoder.js'
import { RespError, RespPush, type RespValue } from '../../wire/value.js'

/** What the connection that is served has negotiated. */
export interface Served {
  readonly id: number
  readonly protocol: 2 | 3
}

const OK: Buffer = encodeSimple('OK')

/**
 * The answer to a command to which a capture has none: what a server says about itself, and an error to all that is about
 * data.
 */
export function fallbackAnswer(words: readonly string[], served: Served): Buffer {
  const [name = '', ...rest] = words
  const command = name.toUpperCase()
  const { protocol } = served
  if (/^[PS]?(?:UN)?SUBSCRIBE$/.test(command)) return confirmations(command.toLowerCase(), rest, protocol)
  switch (command) {
    case 'HELLO':
      return encodeValue(hello(served), protocol)
    case 'PING':
      return rest[0] === undefined ? encodeSimple('PONG') : encodeValue(rest[0], protocol)
    case 'ECHO':
      return encodeValue(rest[0] ?? '', protocol)
    case 'ROLE':
      return encodeValue(['master', 0, []], protocol)
    case 'CLIENT':
      return client(rest, served)
    case 'AUTH':
    case 'SELECT':
    case 'READONLY':
    case 'READWRITE':
    case 'ASKING':
    case 'QUIT':
      return OK
    default:
      return encodeValue(new RespError(`ERR The capture has no answer to ${printName(command)}`), protocol)
  }
}

function hello({ id, protocol }: Served): RespValue {
  return new Map<RespValue, RespValue>([
    ['server', 'redis'],
    ['version', '8.0.0'],
    ['proto', protocol],
    ['id', id],
    ['mode', 'standalone'],
    ['role', 'master'],
    ['modules', []],
  ])
}

function client([subcommand = '']: readonly string[], { id, protocol }: Served): Buffer {
  if (/^id$/i.test(subcommand)) return encodeValue(id, protocol)
  return /^getname$/i.test(subcommand) ? encodeValue(null, protocol) : OK
}

function confirmations(kind: string, channels: readonly string[], protocol: 2 | 3): Buffer {
  const named: readonly (string | null)[] = channels.length === 0 ? [null] : channels
  return Buffer.concat(
    named.map((channel, index) => {
      const count = kind.includes('un') ? 0 : index + 1
      const items = [kind, channel, count]
      return encodeValue(protocol === 3 ? new RespPush(items) : items, protocol)
    }),
  )
}

/** What a client sent must not be able to break the answer. */
function printName(command: string): string {
  return /^[\w.-]{1,40}$/.test(command) ? command : 'that'
}
