import { describe, expectTypeOf, it } from 'vitest'
import type { Maint, MaintStatus } from '../../src/adapters/node-redis/index.js'
import { assertNever } from '../../src/base/assert-never.js'
import { type MaintenanceWindow, windowOf } from '../../src/base/maintenance-window.js'
import type {
  AnyHitlessError,
  AzureDecodeResult,
  Capability,
  DecodeResult,
  Endpoint,
  ErrorCode,
  EventConnection,
  EventContext,
  HookContext,
  HookedType,
  IgnoreCause,
  MaintEvent,
  MaintEventName,
  MaintEvents,
  MaintenanceNotification,
  MovingNotification,
} from '../../src/index.js'
import { type ERROR_CODES, HitlessError, isHitlessError, MAINT_EVENT_NAMES } from '../../src/index.js'
import type { RespValue } from '../../src/wire/index.js'

declare const maint: Maint
declare const raised: unknown

describe('maint', () => {
  it('infers the payload of each event from its name', () => {
    const subscribe = () => {
      maint.on('moving', event => {
        expectTypeOf(event).toEqualTypeOf<MovingNotification & EventContext>()
        expectTypeOf(event.endpoint).toEqualTypeOf<Endpoint | null>()
      })
      maint.on('handoff:completed', event => expectTypeOf(event.pausedMs).toEqualTypeOf<number>())
      maint.on('capability:changed', event => expectTypeOf(event).toExtend<Capability & EventContext>())
      maint.on('handoff:failed', event => {
        expectTypeOf(event.handoffId).toEqualTypeOf<string>()
        expectTypeOf(event.connection.address).toEqualTypeOf<string | undefined>()
      })
      return maint.on('timeouts:restored', event => {
        expectTypeOf(event.at).toEqualTypeOf<number>()
        expectTypeOf(event.connection).toEqualTypeOf<EventConnection | undefined>()
        expectTypeOf(event.handoffId).toEqualTypeOf<string | undefined>()
      })
    }
    expectTypeOf(subscribe).returns.toEqualTypeOf<() => void>()
  })

  it('refuses events that do not exist', () => {
    // @ts-expect-error: no event of this name
    const subscribe = () => maint.on('moved', () => {})
    expectTypeOf(subscribe).toBeFunction()
  })

  it('narrows an event by its name in onAny', () => {
    const subscribe = () =>
      maint.onAny(event => {
        if (event.name === 'handoff:failed') expectTypeOf(event.payload.attempts).toEqualTypeOf<number>()
      })
    expectTypeOf(subscribe).returns.toEqualTypeOf<() => void>()
  })

  it('shows its status to be read, not written', () => {
    expectTypeOf<MaintStatus>().toEqualTypeOf<Readonly<MaintStatus>>()
    expectTypeOf(maint.status).returns.toEqualTypeOf<MaintStatus>()
  })

  it('tells every notification under its own type', () => {
    expectTypeOf<MaintenanceNotification['type']>().toExtend<MaintEventName>()
    type Told = MaintEvents[MaintenanceNotification['type']]
    expectTypeOf<Told>().toExtend<MaintenanceNotification & EventContext>()
    expectTypeOf<Told['type']>().toEqualTypeOf<MaintenanceNotification['type']>()
  })
})

describe('hooks', () => {
  it('of some types are given these notifications, and may replace them by such', () => {
    const use = () =>
      maint.hooks.use({
        types: ['moving'],
        before: (moving, context) => {
          expectTypeOf(moving).toEqualTypeOf<MovingNotification>()
          expectTypeOf(context).toEqualTypeOf<HookContext>()
          return { ...moving, endpoint: null }
        },
        after: (moving, outcome) => {
          expectTypeOf(moving).toEqualTypeOf<MovingNotification>()
          if (outcome.result === 'handled') expectTypeOf(outcome.handoffId).toEqualTypeOf<string | undefined>()
          else expectTypeOf(outcome.cause).toEqualTypeOf<IgnoreCause>()
        },
        handoffEnded: (_, end) => {
          expectTypeOf(end.handoffId).toEqualTypeOf<string>()
          expectTypeOf(end.durationMs).toEqualTypeOf<number>()
          if (end.result === 'failed') expectTypeOf(end.error).toEqualTypeOf<unknown>()
          // @ts-expect-error: only one that completed has paused commands
          end.pausedMs
        },
      })
    expectTypeOf(use).returns.toEqualTypeOf<() => void>()
  })

  it('of several types are given the union of these', () => {
    const use = () =>
      maint.hooks.use({
        types: ['migrating', 'azure-start'],
        before: ({ type }) => expectTypeOf(type).toEqualTypeOf<'migrating' | 'azure-start'>() as never,
      })
    expectTypeOf(use).toBeFunction()
  })

  it('of no types are given all of them', () => {
    const use = () => maint.hooks.use({ before: ({ type }) => void expectTypeOf(type).toEqualTypeOf<HookedType>() })
    expectTypeOf(use).toBeFunction()
  })

  it('refuse types that do not exist, and answers of another type', () => {
    // @ts-expect-error: no such notification
    const unknown = () => maint.hooks.use({ types: ['moved'] })
    // @ts-expect-error: a word that says nothing
    const word = () => maint.hooks.use({ before: () => 'stop' })
    expectTypeOf([unknown, word]).toBeArray()
  })
})

describe('the unions', () => {
  it('of notifications is told apart by type', () => {
    expectTypeOf((notification: MaintenanceNotification): string => {
      switch (notification.type) {
        case 'moving':
          return String(notification.endpoint?.port)
        case 'migrating':
        case 'failing-over':
          return notification.shards.join() + notification.graceMs
        case 'migrated':
        case 'failed-over':
          return notification.shards.join()
        case 'slots-migrating':
          return String(notification.slots[0]?.from)
        case 'slots-migrated':
          return String(notification.moves[0]?.source?.host)
        default:
          return assertNever(notification)
      }
    }).toBeFunction()
  })

  it('of decoding results is told apart by outcome', () => {
    expectTypeOf((result: DecodeResult | AzureDecodeResult): string => {
      switch (result.outcome) {
        case 'accepted':
          return result.notification.type
        case 'ignored':
          return result.name
        case 'rejected':
          return result.reason
        default:
          return assertNever(result)
      }
    }).toBeFunction()
  })

  it('of capabilities is told apart by state', () => {
    expectTypeOf((capability: Capability): string => {
      switch (capability.state) {
        case 'supported':
          return capability.endpointType
        case 'unsupported':
        case 'off':
          return capability.reason
        case 'unknown':
          return ''
        default:
          return assertNever(capability)
      }
    }).toBeFunction()
  })

  it('of hook events has every name of the list', () => {
    expectTypeOf<MaintEvent['name']>().toEqualTypeOf<MaintEventName>()
    expectTypeOf(MAINT_EVENT_NAMES).toEqualTypeOf<readonly MaintEventName[]>()
  })
})

describe('errors', () => {
  it('have a code of the list', () => {
    expectTypeOf<(typeof ERROR_CODES)[number]>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<HitlessError['code']>().toEqualTypeOf<ErrorCode>()
  })

  it('are narrowed by the guard, which knows the codes', () => {
    if (isHitlessError(raised, 'GATE_FULL')) expectTypeOf(raised).toEqualTypeOf<HitlessError<'GATE_FULL'>>()
    if (isHitlessError(raised, 'UNAVAILABLE')) expectTypeOf(raised.facts.retryAt).toEqualTypeOf<number>()
    // @ts-expect-error: no such fact
    if (isHitlessError(raised, 'GATE_FULL')) raised.facts.retryAt
    // @ts-expect-error: no such code
    isHitlessError(raised, 'GATE_OPEN')
  })
})

describe('facts of errors', () => {
  it('are told apart by the code, and within it by the kind', () => {
    expectTypeOf((error: AnyHitlessError): number | undefined => {
      if (error.code === 'CIRCUIT_OPEN') return error.facts.retryAt
      if (error.code === 'HANDOFF_FAILED' && error.facts.kind === 'limited') return error.facts.retryAfterMs
      return undefined
    }).toBeFunction()
  })

  it('are demanded by the code', () => {
    new HitlessError('GATE_FULL', 'Too many', { facts: { capacity: 1 } })
    // @ts-expect-error: the facts of another code
    new HitlessError('GATE_FULL', 'Too many', { facts: { offset: 1 } })
    // @ts-expect-error: no facts
    new HitlessError('GATE_FULL', 'Too many', {})
  })
})

describe('values of RESP', () => {
  it('are plain JavaScript where there is an equivalent', () => {
    expectTypeOf<string | number | bigint | boolean | null | Buffer>().toExtend<RespValue>()
    expectTypeOf<undefined>().not.toExtend<RespValue>()
  })
})

describe('the window of an error', () => {
  it('is typed for any error, and says what opened it', () => {
    const read = (error: unknown) => windowOf(error)
    expectTypeOf(read).returns.toEqualTypeOf<MaintenanceWindow | undefined>()
    expectTypeOf<AnyHitlessError['window']>().toEqualTypeOf<MaintenanceWindow | undefined>()
    expectTypeOf<MaintenanceWindow['type']>().toEqualTypeOf<
      'moving' | 'migrating' | 'failing-over' | 'slots-migrating' | 'announced'
    >()
    expectTypeOf<MaintenanceWindow['sequence']>().toEqualTypeOf<number | bigint | undefined>()
    expectTypeOf<MaintenanceWindow['handoffId']>().toEqualTypeOf<string | undefined>()
  })
})
