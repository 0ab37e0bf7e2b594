/**
 * Reads an argument that is one of some names.
 *
 * @throws RangeError where it is none of them.
 */
export function oneOf<T extends string>(option: string, names: readonly T[], given: string): T {
  const name = names.find(known => known === given)
  if (name === undefined) throw new RangeError(`${option} must be one of ${names.join(', ')}`)
  return name
}
