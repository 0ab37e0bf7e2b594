import { type Endpoint, printEndpoint, toEndpoint } from '../../base/endpoint.js'
import { between, field, refusal, type Shape } from '../../base/shape.js'

const MAX_GRACE_MS = 86_400_000

/** A place that can be dialled, also as `host:port`; `null` for none. */
export const endpoint: Shape<Endpoint | null> = (given, path, problems) => {
  if (given === undefined || given === null) return given
  // Printing and reading it again proves that it can be dialled: no placeholder, no port out of range.
  const known = typeof given === 'string' ? toEndpoint(given) : fromParts(given)
  if (known === undefined) problems.push(refusal(path, 'an endpoint that can be dialled', given))
  return known
}

/** How long until something happens. */
export const graceMs: Shape<number> = field(
  `a number of milliseconds from 0 to ${MAX_GRACE_MS}`,
  between(0, MAX_GRACE_MS),
)

function fromParts(given: unknown): Endpoint | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const { host, port, ...others } = given as Readonly<Record<string, unknown>>
  if (typeof host !== 'string' || typeof port !== 'number' || Object.keys(others).length > 0) return undefined
  return toEndpoint(printEndpoint({ host, port }))
}
