/** What an event or a part of it says. A capture may come from anywhere, so every field is looked at. */
export type Facts = Readonly<Record<string, unknown>>

/** The fields of what a field holds. */
export function factsIn(facts: Facts, name: string): Facts {
  return factsOf(facts[name])
}

/** The fields of an object; none where it is none. */
export function factsOf(value: unknown): Facts {
  return typeof value === 'object' && value !== null ? (value as Facts) : {}
}

/** A number by its name; `undefined` where there is none. */
export function numberIn(facts: Facts, name: string): number | undefined {
  const value = facts[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A text by its name, its beginning where it is long; empty where there is none. */
export function textIn(facts: Facts, name: string): string {
  const value = facts[name]
  return typeof value === 'string' ? value.slice(0, 200) : ''
}

/** Where a route leads, in words. */
export function routeIn(facts: Facts, name: string): string {
  const endpoint = factsIn(factsIn(facts, name), 'endpoint')
  const host = textIn(endpoint, 'host')
  return host === '' ? 'the configured endpoint' : `${host}:${numberIn(endpoint, 'port') ?? '?'}`
}
