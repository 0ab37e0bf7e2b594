import { HitlessError } from '../../base/errors.js'
import { field, refusal, type Shape } from '../../base/shape.js'
import type { SlotRange } from '../../notifications/notification.js'
import { printSlotRanges, toSlotRanges } from '../../notifications/slot-ranges.js'
import type { HookedNotification, HookedType } from './hooked-notification.js'
import { endpoint, graceMs } from './notification-fields.js'

const isText = (value: unknown): boolean => typeof value === 'string'

const shards = field<readonly string[]>('a list of texts', value => Array.isArray(value) && value.every(isText))
const slots = field<readonly SlotRange[]>('a list of ranges of slots', areSlots)
const moves: Shape<readonly unknown[]> = (given, path, problems) => {
  if (!Array.isArray(given)) return field('a list of moves', () => false)(given, path, problems) as undefined
  return given.map((move: unknown, index) => readMove(move, `${path}[${index}]`, problems))
}
const time = field<number | null>(
  'a time in milliseconds since 1970, or null',
  value => value === null || isTime(value),
)
const flag = field<boolean | null>('true, false or null', value => value === null || typeof value === 'boolean')

type Fields = Readonly<Record<string, Shape>>

const AZURE: Fields = { startsAt: time, isReplica: flag }

/** The fields that a hook may replace: those that say what is to happen. */
const FIELDS: Readonly<Record<HookedType, Fields>> = {
  moving: { endpoint, graceMs },
  migrating: { graceMs, shards },
  'failing-over': { graceMs, shards },
  migrated: { shards },
  'failed-over': { shards },
  'slots-migrating': { graceMs, slots },
  'slots-migrated': { moves },
  'azure-scheduled': AZURE,
  'azure-starting': AZURE,
  'azure-start': AZURE,
  'azure-failover-complete': AZURE,
  'azure-ended': AZURE,
  'azure-scale-complete': AZURE,
  'azure-unknown': AZURE,
}

/** The types of notifications around which hooks run: the keys of the table are exactly these. */
export const HOOKED_TYPES = Object.keys(FIELDS) as readonly HookedType[]

/**
 * Reads the notification that a hook wants in place of the current one. It keeps the identity of that one, so that copies
 * of it are recognised.
 *
 * @throws HitlessError `REPLACEMENT_INVALID` naming each field that is unknown, invalid, or not to be replaced.
 */
export function readReplacement<N extends HookedNotification>(given: unknown, current: N): N {
  const problems: string[] = []
  const changed = read(given, current, problems)
  if (problems.length > 0) throw new HitlessError('REPLACEMENT_INVALID', problems.join('; '), { facts: { problems } })
  // Each changed field was read by the shape of its type.
  return { ...current, ...changed }
}

function read(given: unknown, current: HookedNotification, problems: string[]): object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.push(refusal(current.type, `'skip', a notification of this type, or nothing`, given))
    return {}
  }
  const shapes = FIELDS[current.type]
  const changed = Object.entries(given).filter(([name, value]) => value !== Reflect.get(current, name))
  return Object.fromEntries(
    changed.flatMap(([name, value]) => {
      const path = `${current.type}.${name}`
      const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
      if (shape === undefined) problems.push(`${path}: a hook can replace ${Object.keys(shapes).join(', ')}`)
      const replaced = shape?.(value, path, problems)
      return replaced === undefined ? [] : [[name, replaced]]
    }),
  )
}

function readMove(given: unknown, path: string, problems: string[]): unknown {
  if (typeof given !== 'object' || given === null) return void problems.push(refusal(path, 'a move', given))
  const end = (name: string): unknown => endpoint(Reflect.get(given, name) ?? null, `${path}.${name}`, problems)
  const moved: unknown = Reflect.get(given, 'slots')
  if (!areSlots(moved)) problems.push(refusal(`${path}.slots`, 'a list of ranges of slots', moved))
  return { source: end('source'), target: end('target'), slots: moved }
}

/** What is printed must be read back as the same. */
function areSlots(given: unknown): given is readonly SlotRange[] {
  if (!Array.isArray(given) || given.some(range => typeof range !== 'object' || range === null)) return false
  const ranges = given as readonly SlotRange[]
  return ranges.length === 0 || toSlotRanges(printSlotRanges(ranges)) !== undefined
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}
