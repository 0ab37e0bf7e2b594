import { z } from 'zod'
import { type Endpoint, printEndpoint, toEndpoint } from '../../base/endpoint.js'
import { HitlessError } from '../../base/errors.js'
import type { MaintenanceNotification } from '../../notifications/notification.js'

interface Identified {
  /**
   * What identifies the event, such as the id of the message that told of it: repeats within two minutes of the event are
   * recognised by it. Without it, signals that look alike are taken for one only within five seconds.
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

/** The end of `migrating`, or of `failing-over`, whoever told of the start. */
export interface EndSignal extends Identified {
  readonly type: 'migrated' | 'failed-over'
}

/** What an application learned elsewhere, such as from a message of its cloud, Sentinel or an orchestrator. */
export type MaintSignal = MovingSignal | StartSignal | EndSignal

const endpoint = z
  .union([z.string(), z.strictObject({ host: z.string(), port: z.number() })], { error: 'No endpoint' })
  .transform((given, context): Endpoint => {
    // What is printed and read back is what can be dialled: no placeholder, no port out of range.
    const known = toEndpoint(typeof given === 'string' ? given : printEndpoint(given))
    if (known !== undefined) return known
    context.addIssue({ code: 'custom', message: 'No endpoint that can be dialled' })
    return z.NEVER
  })

const identified = { id: z.union([z.string().min(1), z.number()]).optional() }

const announcing = { ...identified, graceMs: z.number().finite().nonnegative().max(86_400_000).optional() }

const schema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('moving'), endpoint: endpoint.nullish(), ...announcing }),
  z.strictObject({ type: z.enum(['migrating', 'failing-over']), ...announcing }),
  z.strictObject({ type: z.enum(['migrated', 'failed-over']), ...identified }),
])

/**
 * Turns a signal of the application into a notification, as if a server had sent it without a number and without shards,
 * which stands for all of them. `identityOf` takes the signal's `id` beside it.
 *
 * @param now - When the signal was given, in milliseconds of the clock.
 * @throws HitlessError `SIGNAL_INVALID` naming each field that is missing, unknown or out of range.
 */
export function toNotification(signal: MaintSignal, now: number): MaintenanceNotification {
  const parsed = schema.safeParse(signal)
  if (!parsed.success) throw invalidSignal(parsed.error)
  const { id, ...told } = parsed.data
  const common = { sequence: undefined, receivedAt: now, raw: ['signal', told.type, ...(id === undefined ? [] : [id])] }
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

function invalidSignal(error: z.ZodError): HitlessError {
  const problems = error.issues.map(({ path, message }) => `${['signal', ...path].join('.')}: ${message}`)
  return new HitlessError('SIGNAL_INVALID', problems.join('; '), { facts: { problems } })
}
