import { expect, test } from 'vitest'
import { CONFIGURED, endpointOf, printRoute, toRoute } from '../../../../src/core/decide/route.js'

const ENDPOINT = { host: '2001:db8::1', port: 6380 }

test('A server that names no endpoint means the configured route', () => {
  expect(toRoute(null)).toBe(CONFIGURED)
  expect(toRoute(ENDPOINT)).toEqual({ type: 'endpoint', endpoint: ENDPOINT })
})

test('The endpoint of a route is the one that it was made of', () => {
  expect([endpointOf(CONFIGURED), endpointOf(toRoute(ENDPOINT))]).toEqual([null, ENDPOINT])
})

test('A route is printed as people read it', () => {
  expect([CONFIGURED, toRoute(ENDPOINT)].map(printRoute)).toEqual(['the configured endpoint', '[2001:db8::1]:6380'])
})
