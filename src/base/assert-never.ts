/**
 * Marks the end of an exhaustive `switch`: the compiler rejects the call while a variant is left unhandled.
 *
 * @throws TypeError when reached at run time, which means that data bypassed the type system.
 */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected variant: ${JSON.stringify(value)}`)
}
