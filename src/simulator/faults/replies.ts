/** An error as it goes over the wire. */
export function errorReply(text: string): Buffer {
  return Buffer.from(`-${text}\r\n`)
}

/** `+OK`. */
export const OK_REPLY: Buffer = Buffer.from('+OK\r\n')

/** No reply at all, where only the place in the order is needed. */
export const NO_REPLY: Buffer = Buffer.alloc(0)

/** What a server answers while it reads its data. */
export const LOADING = 'LOADING Redis is loading the dataset in memory'

/** The same as it goes over the wire. */
export const LOADING_REPLY: Buffer = errorReply(LOADING)

/** What a replica answers to a write. */
export const READONLY_REPLY: Buffer = errorReply("READONLY You can't write against a read only replica.")

/** What a primary answers to a write that too few replicas would get. */
export const NOREPLICAS_REPLY: Buffer = errorReply('NOREPLICAS Not enough good replicas to write.')

/** What a server answers to a command before authentication. */
export const NOAUTH_REPLY: Buffer = errorReply('NOAUTH Authentication required.')

/** What a server answers to wrong credentials. */
export const WRONGPASS_REPLY: Buffer = errorReply('WRONGPASS invalid username-password pair or user is disabled.')
