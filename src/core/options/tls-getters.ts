/** The options of Node's `tls.connect` that are renewed while a process runs. */
const RENEWED = ['ca', 'cert', 'crl', 'key', 'passphrase', 'pfx', 'secureContext'] as const

/**
 * What asks the getters that a user's options have for TLS; `undefined` where there is none. Plain values are not read
 * again: an object may serve to make several clients, and be changed in between.
 */
export function tlsGettersOf(socket: object | undefined): (() => object) | undefined {
  const names = RENEWED.filter(name => socket !== undefined && isGetter(socket, name))
  if (socket === undefined || names.length === 0) return undefined
  return () => Object.fromEntries(names.map(name => [name, Reflect.get(socket, name)]))
}

function isGetter(object: object, name: string): boolean {
  return Object.getOwnPropertyDescriptor(object, name)?.get !== undefined
}
