import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { RespDecoder } from '../../src/wire/decode/decoder.js'
import type { RespValue } from '../../src/wire/value.js'

/** What a server does with a command: bytes to send, `hang-up`, or nothing. */
export type ScriptedAnswer = string | Buffer | 'hang-up' | undefined

/** A server that sends what the test says, RESP or not. */
export interface ScriptedServer {
  readonly endpoint: { readonly host: string; readonly port: number }
  /** How many connections it was asked for. */
  readonly dials: number
  /** How many of its connections are open. */
  readonly open: number
}

/** What happens to the commands and connections of a server. */
export interface Script {
  /**
   * @param words - The words of the command; those of a handshake have their name in upper case.
   * @param dial - Which connection it is, from 1 on.
   * @param later - Sends something at another time.
   */
  readonly answer: (words: readonly string[], dial: number, later: (said: ScriptedAnswer) => void) => ScriptedAnswer
  /** What a connection gets as soon as it is there. */
  readonly greet?: (dial: number) => ScriptedAnswer
  readonly host?: string
  readonly port?: number
}

/** Starts a server, which ends with the test. */
export async function startScripted({ answer, greet, host = '127.0.0.1', port = 0 }: Script): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  let dials = 0
  const server = createServer(socket => {
    dials += 1
    const dial = dials
    const decoder = new RespDecoder()
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const say = (said: ScriptedAnswer): void => {
      if (said === 'hang-up') socket.end()
      else if (said !== undefined && socket.writable) socket.write(said)
    }
    say(greet?.(dial))
    socket.on('data', chunk => {
      // All answers to one piece of data leave in one piece.
      socket.cork()
      for (const words of decoder.feed(chunk)) say(answer(wordsOf(words), dial, say))
      socket.uncork()
    })
  })
  await once(server.listen(port, host), 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    endpoint: { host, port: (server.address() as { port: number }).port },
    get dials() {
      return dials
    },
    get open() {
      return sockets.size
    },
  }
}

/** Answers of a server without maintenance notifications; a value names its key. */
export function plainAnswer([name, ...rest]: readonly string[]): string {
  const subject = rest[0]?.toUpperCase()
  if (name === 'HELLO') return '%2\r\n+server\r\n+redis\r\n+proto\r\n:3\r\n'
  if (name === 'CLIENT' && subject === 'MAINT_NOTIFICATIONS') return '-ERR unknown subcommand\r\n'
  if (name === 'CLIENT' && subject === 'INFO') return bulk('id=1')
  if (name === 'PING') return '+PONG\r\n'
  return name === 'GET' ? bulk(`of ${rest[0]}`) : '+OK\r\n'
}

/** A string as RESP has it. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`
}

/** What hosts send by themselves, some in small letters. */
const HANDSHAKE = /^(?:hello|auth|client|select|info|readonly)$/

function wordsOf(value: RespValue): readonly string[] {
  const [name = '', ...rest] = Array.isArray(value) ? value.map(String) : []
  return [HANDSHAKE.test(name) ? name.toUpperCase() : name, ...rest]
}
