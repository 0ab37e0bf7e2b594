import type { Endpoint } from '../../base/endpoint.js'
import { HitlessError } from '../../base/errors.js'
import { field, group, refusal, type Shape } from '../../base/shape.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'
import { endpoint, graceMs } from './notification-fields.js'

interface Identified {
  /**
   * What identifies the event, such as the id of a message. Repetitions within two minutes of the event are recognised
   * by it. Without it, equal signals count as one event only within five seconds.
   */
  readonly id?: string | number | undefined
}

interface Announcing extends Identified {
  /** How long until it happens, in milliseconds. Default: not known, so that the bounds of the options apply. */
  readonly graceMs?: number
}

/** The endpoint goes away: the connection is handed off within `graceMs`. */
export interface MovingSignal extends Announcing {
  readonly type: 'moving'
  /** Where to go, also as `host:port`. Default `null`: to the configured endpoint, once its name leads elsewhere. */
  readonly endpoint?: Endpoint | string | null
}

/** Answers may be slow from now on: timeouts are relaxed until the end is told, or the longest time is over. */
export interface StartSignal extends Announcing {
  readonly type: 'migrating' | 'failing-over'
}

/** The end of `migrating`, or of `failing-over`, wherever the start came from. */
export interface EndSignal extends Identified {
  readonly type: 'migrated' | 'failed-over'
}

/** What an application learned elsewhere, such as from a message of its cloud, Sentinel or an orchestrator. */
export type MaintSignal = MovingSignal | StartSignal | EndSignal

/** A signal whose fields were read. */
type ReadSignal =
  | (Omit<MovingSignal, 'endpoint'> & { readonly endpoint?: Endpoint | null | undefined })
  | StartSignal
  | EndSignal

// The shape was chosen by the type.
const type: Shape = given => given
const id = field<string | number>('a number, or a text that is not empty', isId)

const announced = group({ type, id, graceMs })
const ended = group({ type, id })

const SHAPES: Readonly<Record<MaintSignal['type'], Shape>> = {
  moving: group({ type, id, endpoint, graceMs }),
  migrating: announced,
  'failing-over': announced,
  migrated: ended,
  'failed-over': ended,
}

/**
 * Turns a signal of the application into a notification, as if a server had sent it without a number and without shards,
 * which stands for all of them.
 *
 * @param now - When the signal was given, in milliseconds of the clock.
 * @throws HitlessError `SIGNAL_INVALID` naming each field that is missing, unknown or out of range.
 */
export function toNotification(signal: MaintSignal, now: number): MaintenanceNotification {
  const { id, ...told } = readSignal(signal)
  const named = id !== undefined
  const raw = ['signal', told.type, ...(named ? [id] : [])]
  const common = { sequence: undefined, ...(named && { id }), receivedAt: now, raw }
  switch (told.type) {
    case 'moving':
      return { type: told.type, endpoint: told.endpoint ?? null, graceMs: told.graceMs ?? 0, ...common }
    case 'migrating':
    case 'failing-over':
      return { type: told.type, shards: [], graceMs: told.graceMs ?? 0, ...common }
    default:
      return { type: told.type, shards: [], ...common }
  }
}

function readSignal(signal: unknown): ReadSignal {
  const problems: string[] = []
  const read = shapeOf(signal)(signal, 'signal', problems)
  if (problems.length > 0) throw new HitlessError('SIGNAL_INVALID', problems.join('; '), { facts: { problems } })
  // Each type has a shape with its fields.
  return read as ReadSignal
}

function shapeOf(signal: unknown): Shape {
  if (typeof signal !== 'object' || signal === null)
    return (_, path, problems) => {
      problems.push(refusal(path, 'an object', signal))
    }
  const name: unknown = Reflect.get(signal, 'type')
  if (typeof name === 'string' && Object.hasOwn(SHAPES, name)) return SHAPES[name as MaintSignal['type']]
  // For an unknown type the fields are not known.
  return (_, path, problems) => {
    problems.push(refusal(`${path}.type`, `one of ${Object.keys(SHAPES).join(', ')}`, name))
  }
}

function isId(value: unknown): boolean {
  return typeof value === 'string' ? value !== '' : Number.isFinite(value)
}
