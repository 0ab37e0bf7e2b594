import { describe, expect, it } from 'vitest'
import { CONFIGURED } from '../../../src/core/decide/route.js'
import { type EventFacts, MAINT_EVENT_NAMES, type MaintEvent } from '../../../src/core/events/maint-events.js'
import { createLogging, type LoggerLike, type LoggingOptions } from '../../../src/observe/index.js'
import { notificationOf } from '../core/decide/decided.js'
import { createObserved, ENDED, eventOf } from './events.js'

type Line = readonly [level: string, ...args: readonly unknown[]]

/** A logger that keeps its lines. */
function createLogger(more: object = {}) {
  const lines: Line[] = []
  const level =
    (name: string) =>
    (...args: readonly unknown[]) =>
      void lines.push([name, ...args])
  const logger = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error'), ...more }
  return { lines, logger: logger as unknown as LoggerLike }
}

/** The lines for events, as level and text. */
function logged(events: readonly MaintEvent[], options?: LoggingOptions): readonly string[] {
  const { lines, logger } = createLogger()
  const client = createObserved()
  createLogging(logger, options).observe(client)
  for (const event of events) client.tell(event)
  return lines.map(([level, message]) => `${level} ${message}`)
}

const error = new Error('refused')
const unsupported: EventFacts['capability:changed'] = { state: 'unsupported', reason: 'unknown subcommand' }

describe('the log', () => {
  it('is written as console does it, with facts but without frames', () => {
    const { lines, logger } = createLogger()
    const client = createObserved()
    const off = createLogging(logger).observe(client, { name: 'jobs' })
    client.tell(eventOf('migrating', notificationOf('migrating', { raw: ['MIGRATING'] }) as never))
    off()
    client.tell(eventOf('timeouts:restored', {}))
    expect(lines).toEqual([
      [
        'info',
        'Redis announces migrating',
        expect.objectContaining({ event: 'migrating', client: 'jobs', shards: [] }),
      ],
    ])
    expect(lines[0]?.[2]).not.toHaveProperty('raw')
  })

  it('is written as pino does it where the logger is like pino', () => {
    const { lines, logger } = createLogger({ child: () => {} })
    const client = createObserved()
    createLogging(logger).observe(client)
    client.tell(eventOf('timeouts:restored', {}))
    expect(lines).toEqual([
      ['debug', expect.objectContaining({ event: 'timeouts:restored' }), 'Timeouts are as configured again'],
    ])
  })

  it('has one line of debug for each endpoint that sends no notifications, never a warning', () => {
    const events = [unsupported, unsupported, unsupported].map(facts => eventOf('capability:changed', facts))
    expect(logged(events)).toEqual(['debug Maintenance notifications are unsupported'])
  })

  it('has a frame that makes no sense once in a minute', () => {
    const rejected = (at: number) =>
      eventOf('notification:rejected', { name: 'MOVING', reason: 'no time', raw: [] }, { at })
    expect(logged([rejected(0), rejected(59_999), rejected(60_000)])).toHaveLength(2)
  })

  it('begins at the level that is asked for', () => {
    const events = [
      eventOf('timeouts:restored', {}),
      eventOf('availability:changed', { state: 'available' }),
      eventOf('connection:unresponsive', { unresponsiveForMs: 3_000 }),
      eventOf('internal:failed', { during: 'dial', error }),
    ]
    expect(logged(events)).toHaveLength(4)
    expect(logged(events, { level: 'info' })).toHaveLength(3)
    expect(logged(events, { level: 'warn' }).map(line => line.split(' ')[0])).toEqual(['warn', 'error'])
  })

  it.each<readonly [string, MaintEvent]>([
    ['debug', eventOf('handoff:failed', { ...ENDED, error, followedBy: 'retry' })],
    ['warn', eventOf('handoff:failed', { ...ENDED, error, followedBy: 'nothing' })],
    ['debug', eventOf('handoff:cancelled', { ...ENDED, cause: 'superseded' })],
    ['info', eventOf('handoff:completed', { ...ENDED, pausedMs: 1, drained: true })],
    ['debug', eventOf('handoff:started', { reason: 'age', to: CONFIGURED, graceMs: 1 })],
    ['debug', eventOf('command:refused', { kind: 'read-only', command: 'SET', error, recovery: 'none' })],
    ['info', eventOf('command:refused', { kind: 'read-only', command: 'SET', error, recovery: 'handoff' })],
    ['debug', eventOf('notification:ignored', { notification: notificationOf('moving'), cause: 'duplicate' })],
    ['warn', eventOf('availability:changed', { state: 'unavailable', sinceAt: 0, retryAt: 0, cause: error })],
    ['error', eventOf('hook:failed', { event: 'moving', error })],
  ])('is %s where that fits', (level, event) => {
    expect(logged([event])).toEqual([expect.stringMatching(`^${level} `)])
  })

  it.each(MAINT_EVENT_NAMES)('has a line for %s', name => {
    const facts = { command: ['GET'], notification: { type: 'moving' }, state: 'off', unresponsiveForMs: 1, raw: [] }
    expect(logged([eventOf(name, facts as never)])).toHaveLength(1)
  })
})
