/** What a server says of its part in a replication. */
export interface Replication {
  readonly role: 'primary' | 'replica'
  /** The history of writes that it has: a replica has that of its primary, a primary its own. */
  readonly id: string
  /** The history that it had before it was promoted; `undefined` where there is none. */
  readonly formerId: string | undefined
}

const ID = '([0-9a-f]{40})'
const ROLE = /^role:(master|primary|slave|replica)\b/m
const CURRENT = new RegExp(`^master_replid:${ID}`, 'm')
const FORMER = new RegExp(`^master_replid2:${ID}`, 'm')

/** What a server names that has no earlier history. */
const NONE = '0'.repeat(40)

/** Reads the answer to `INFO replication`; `undefined` where it does not say all of it. */
export function readReplication(reply: unknown): Replication | undefined {
  const text = String(reply)
  const [role, id, formerId] = [ROLE, CURRENT, FORMER].map(pattern => pattern.exec(text)?.[1])
  if (role === undefined || id === undefined) return undefined
  const isPrimary = role === 'master' || role === 'primary'
  return { role: isPrimary ? 'primary' : 'replica', id, formerId: formerId === NONE ? undefined : formerId }
}
