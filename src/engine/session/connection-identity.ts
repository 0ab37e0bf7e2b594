import type { Send } from '../ports.js'

/** How a server knows one connection. */
export interface ConnectionIdentity {
  readonly id: string
  /** The line of CLIENT INFO, `undefined` where the server has none to give. */
  readonly line: string | undefined
}

/** What the server that was asked knows about a connection. It may be another server than the connection's own. */
export type Whereabouts = 'blocked' | 'not-blocked' | 'unknown-here'

/** What differs between two connections with the same number at different servers. */
const LASTING_FACTS = ['id', 'addr', 'laddr'] as const

/** Asks the server of a connection for its identity; `undefined` where the server does not tell it. Never rejects. */
export async function learnIdentity(send: Send): Promise<ConnectionIdentity | undefined> {
  const ask = (word: string): Promise<string | undefined> => send(['CLIENT', word]).then(String, () => undefined)
  const [id, line] = await Promise.all([ask('ID'), ask('INFO')])
  return id === undefined ? undefined : { id, line }
}

/** Looks for a connection in the answer to `CLIENT LIST ID`. */
export function findIn(list: string, { line: own }: ConnectionIdentity): Whereabouts {
  const found = own === undefined ? undefined : list.split('\n').find(line => isSame(line, own))
  if (found === undefined) return 'unknown-here'
  return factOf(found, 'flags')?.includes('b') === true ? 'blocked' : 'not-blocked'
}

function isSame(line: string, other: string): boolean {
  return LASTING_FACTS.every(fact => factOf(line, fact) === factOf(other, fact))
}

function factOf(line: string, fact: string): string | undefined {
  return new RegExp(`(?:^| )${fact}=(\\S*)`).exec(line)?.[1]
}
