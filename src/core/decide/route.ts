import { type Endpoint, printEndpoint } from '../../base/endpoint.js'

/** The way that the application configured: its endpoint, whatever that leads to at present. */
export interface ConfiguredRoute {
  readonly type: 'configured'
}

/** The way to one endpoint, as a server named it. */
export interface EndpointRoute {
  readonly type: 'endpoint'
  readonly endpoint: Endpoint
}

/** Where a connection leads. */
export type Route = ConfiguredRoute | EndpointRoute

/** The route that the application configured. */
export const CONFIGURED: ConfiguredRoute = { type: 'configured' }

/** The route to what a server named; `null`, which is no endpoint, stands for the configured one. */
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
