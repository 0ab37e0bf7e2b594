import { type Endpoint, printEndpoint } from '../../base/endpoint.js'

/** The configured route: the endpoint of the application's options, wherever its name leads now. */
export interface ConfiguredRoute {
  readonly type: 'configured'
}

/** The route to one endpoint that a server named. */
export interface EndpointRoute {
  readonly type: 'endpoint'
  readonly endpoint: Endpoint
}

/** Where a connection leads. */
export type Route = ConfiguredRoute | EndpointRoute

/** The route that the application configured. */
export const CONFIGURED: ConfiguredRoute = { type: 'configured' }

/** The route to what a server named. `null`, where it named no endpoint, gives the configured route. */
export function toRoute(endpoint: Endpoint | null): Route {
  return endpoint === null ? CONFIGURED : { type: 'endpoint', endpoint }
}

/** The endpoint that a route names; `null` where that is the configured one. */
export function endpointOf(route: Route): Endpoint | null {
  return route.type === 'endpoint' ? route.endpoint : null
}

/** Prints a route for people. */
export function printRoute(route: Route): string {
  return route.type === 'configured' ? 'the configured endpoint' : printEndpoint(route.endpoint)
}
