import type { Sighting } from '../../core/health/doubt.js'
import type { Send } from '../ports.js'

/** How a server knows one connection. */
export interface ConnectionIdentity {
  readonly id: string
  /** What tells it from others, in the form of CLIENT LIST; `undefined` where the server has no CLIENT INFO to give. */
  readonly line: string | undefined
}

/** Reads the answer to `CLIENT INFO`; `undefined` where it names no connection. */
export function readIdentity(answer: unknown): ConnectionIdentity | undefined {
  const line = lastingOf(String(answer))
  const id = factOf(line, 'id')
  return id === undefined ? undefined : { id, line }
}

/** What the server that was asked knows about a connection. It may be another server than the connection's own. */
export type Whereabouts = 'blocked' | 'not-blocked' | 'unknown-here'

/** What differs between two connections with the same number at different servers. */
const LASTING_FACTS = ['id', 'addr', 'laddr'] as const

/** Asks the server of a connection for its identity; `undefined` where the server does not tell it. Never rejects. */
export async function learnIdentity(send: Send): Promise<ConnectionIdentity | undefined> {
  const ask = (word: string): Promise<string | undefined> => send(['CLIENT', word]).then(String, () => undefined)
  const [id, line] = await Promise.all([ask('ID'), ask('INFO')])
  return id === undefined ? undefined : { id, line: line && lastingOf(line) }
}

/** Looks for a connection in the answer to `CLIENT LIST ID`. */
export function findIn(list: string, { line: own }: ConnectionIdentity): Whereabouts {
  const found = lineOf(list, own)
  if (found === undefined) return 'unknown-here'
  return isBlocked(found) ? 'blocked' : 'not-blocked'
}

/** The figures of a client line that tell how much of a request has arrived. */
const ARRIVED = ['qbuf', 'argv-mem', 'multi-mem'] as const

/**
 * What the answer to `CLIENT LIST ID` says about a connection in doubt.
 *
 * @param asker - The line of the connection that asked.
 */
export function sightIn(list: string, { line: own }: ConnectionIdentity, asker: string): Sighting {
  const found = lineOf(list, own)
  if (found === undefined) return { type: isSameServer(own, asker) ? 'forgotten' : 'untold' }
  if (isBlocked(found)) return { type: 'held' }
  const arrived = ARRIVED.map(fact => factOf(found, fact) ?? '0')
  return arrived.every(bytes => bytes === '0') ? { type: 'idle' } : { type: 'arriving', progress: arrived.join(' ') }
}

/** The line of a connection in a list; `undefined` where it is not there, or its own line is not known. */
function lineOf(list: string, own: string | undefined): string | undefined {
  return own === undefined ? undefined : list.split('\n').find(line => isSame(line, own))
}

/** Whether the server has a command of it that it does not answer yet. */
function isBlocked(line: string): boolean {
  return factOf(line, 'flags')?.includes('b') === true
}

/** Whether two connections end at the same address of a server, as that sees it. */
function isSameServer(line = '', other = ''): boolean {
  const address = factOf(line, 'laddr')
  return address !== undefined && address === factOf(other, 'laddr')
}

function isSame(line: string, other: string): boolean {
  return LASTING_FACTS.every(fact => factOf(line, fact) === factOf(other, fact))
}

/** These facts as servers begin a line with them. */
const LASTING_HEAD = /^(id=\S+) (addr=\S+) (laddr=\S+)/

/** A connection keeps these facts of its line only: there may be thousands of connections. */
function lastingOf(line: string): string {
  const head = LASTING_HEAD.exec(line)
  // Joined, and not cut out of it, they do not keep the whole line.
  if (head !== null) return head.slice(1).join(' ')
  return LASTING_FACTS.flatMap(fact => {
    const value = factOf(line, fact)
    return value === undefined ? [] : `${fact}=${value}`
  }).join(' ')
}

/** It is asked for each new connection: an expression would have to be made for each fact. */
function factOf(line: string, fact: string): string | undefined {
  const at = ` ${line}`.indexOf(` ${fact}=`)
  if (at < 0) return undefined
  const rest = line.slice(at + fact.length + 1)
  return rest.slice(0, rest.search(/\s|$/))
}
