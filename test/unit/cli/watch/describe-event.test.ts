import { expect, it } from 'vitest'
import { describeEvent } from '../../../../src/cli/watch/describe-event.js'
import type { MaintEvent } from '../../../../src/core/events/maint-events.js'

const AT = Date.UTC(2026, 0, 1, 12, 30, 0, 250)
const CONNECTION = { link: 1, id: 7, route: { type: 'configured' }, address: '127.0.0.1' }

/** An event in a line, without the time in front of it. */
function describe(name: string, facts: object, color = false): string {
  const payload = { at: AT, connection: CONNECTION, handoffId: undefined, ...facts }
  return describeEvent({ name, payload } as unknown as MaintEvent, color).replace('12:30:00.250  #7  ', '')
}

it.each([
  [
    'availability:changed',
    { state: 'unavailable', sinceAt: AT - 1_000, retryAt: AT + 100, cause: new Error('connect ECONNREFUSED') },
    'availability:changed  state unavailable, sinceAt 12:29:59.250, retryAt 12:30:00.350, cause connect ECONNREFUSED',
  ],
  ['handoff:started', { to: null, graceMs: 12.345_67 }, 'handoff:started  to the configured endpoint, graceMs 12.346'],
  ['handoff:started', { to: { endpoint: { host: 'h', port: 1 } } }, 'handoff:started  to h:1'],
  [
    'moving',
    { type: 'moving', sequence: 3, graceMs: 2_000, endpoint: null },
    'moving #3: leave within 2 s for the configured endpoint',
  ],
  [
    'azure-start',
    { type: 'azure-start', wireType: 'NodeMaintenanceStart', startsAt: null, isReplica: null },
    'azure-start: NodeMaintenanceStart of a node',
  ],
  [
    'request:refused',
    { request: ['CLIENT'], text: 'a\u001b[2Jb', none: undefined },
    'request:refused  request ["CLIENT"], text a\\x1b[2Jb',
  ],
])('%s with %j is told in a line', (name, facts, line) => {
  expect(describe(name, facts)).toBe(line)
})

it('is coloured by what it means for the application', () => {
  const colorOf = (name: string): string => describe(name, {}, true).slice(0, 5)
  expect(['handoff:failed', 'handoff:completed', 'migrating', 'capability:changed'].map(colorOf)).toEqual([
    '\u001b[31m',
    '\u001b[32m',
    '\u001b[33m',
    'capab',
  ])
})

it('names no connection where there is none', () => {
  expect(describe('hook:failed', { connection: undefined })).toBe('12:30:00.250  hook:failed')
})
