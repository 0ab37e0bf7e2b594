import { HitlessError } from '../../base/errors.js'
import { endpointOf, type Route } from '../../core/decide/route.js'

/** The error of a connection that did not become ready in time. */
export function connectionTimeout(route: Route, withinMs: number): HitlessError {
  const message = `The connection was not ready within ${Math.round(withinMs)} ms`
  return new HitlessError('HANDOFF_FAILED', message, {
    retryable: true,
    facts: { kind: 'not-ready', endpoint: endpointOf(route), withinMs },
  })
}
