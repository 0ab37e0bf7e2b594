/** The value of a key, by its type. Members and fields are byte strings, kept as latin1 text. */
export type Value =
  | { readonly type: 'string'; readonly bytes: Buffer }
  | { readonly type: 'list'; readonly items: Buffer[] }
  | { readonly type: 'hash'; readonly fields: Map<string, Buffer> }
  | { readonly type: 'set'; readonly members: Set<string> }

/** The name of a type, as `TYPE` answers it. */
export type ValueType = Value['type']

/** A key's value and its expiry, in milliseconds of the store's clock. */
export interface Entry {
  readonly value: Value
  expiresAt: number | undefined
}

/** Whether nothing is left of the value; such a key does not exist. */
export function isEmpty(value: Value): boolean {
  switch (value.type) {
    case 'string':
      return false
    case 'list':
      return value.items.length === 0
    case 'hash':
      return value.fields.size === 0
    case 'set':
      return value.members.size === 0
  }
}

/** A byte string as a key of a map. */
export function toName(bytes: Buffer): string {
  return bytes.toString('latin1')
}

/** A key of a map as the byte string that it stands for. */
export function toBytes(name: string): Buffer {
  return Buffer.from(name, 'latin1')
}
