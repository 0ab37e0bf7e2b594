import { expect, test } from 'vitest'
import { reasonToBeOff } from '../../../../src/core/options/switched-off.js'

test.each([
  [{ hitless: false }],
  [{ hitless: false, maintNotifications: 'auto' }],
  [{ maintNotifications: 'disabled' }],
  [{ maintNotifications: { mode: 'disabled' } }],
  [{ maintNotifications: 'disabled', maintEndpointType: 'none', maintRelaxedCommandTimeout: 5 }],
] as const)('everything is off with %j', options => {
  expect(reasonToBeOff(options)).toMatch(/^The option `(hitless|maintNotifications)` is /)
})

test.each([
  [{}],
  [{ maintNotifications: 'auto' }],
  [{ maintNotifications: 'enabled' }],
  [{ maintNotifications: 'disabled', hitless: {} }],
  [{ maintNotifications: 'disabled', hitless: { recovery: false } }],
  [{ maintNotifications: { mode: 'disabled' }, hitless: {} }],
  [{ maintNotifications: { mode: 'disabled', relaxedTimeoutMs: 5_000 } }],
  [{ maintNotifications: { mode: 'disabled', handoff: { retries: 1 } } }],
] as const)('something is on with %j', options => {
  expect(reasonToBeOff(options)).toBeUndefined()
})
