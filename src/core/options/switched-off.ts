import { HitlessError } from '../../base/errors.js'
import type { OwnOptions, ResolvedMaintOptions } from './maint-options.js'

/**
 * Why the options of a client switch everything off, as one sentence; `undefined` where they do not.
 *
 * Who says `maintNotifications: 'disabled'`, the host's own option, and says nothing else of this library, wants none of
 * it. With `hitless`, or with other fields beside the mode, only the notifications are off.
 */
export function reasonToBeOff({ maintNotifications, hitless }: OwnOptions): string | undefined {
  if (hitless === false) return 'The option `hitless` is false'
  if (hitless !== undefined || !saysOnlyDisabled(maintNotifications)) return undefined
  return "The option `maintNotifications` is 'disabled', and `hitless` is not given"
}

/**
 * Why no notifications are asked for, as one sentence; `undefined` where they are.
 *
 * @param lacking - Why there are none, where the rest of the options leave none.
 * @throws HitlessError `MAINT_UNSUPPORTED` for `enabled` where there are none.
 */
export function reasonToStayOff({ mode }: Pick<ResolvedMaintOptions, 'mode'>, lacking?: string): string | undefined {
  if (mode === 'disabled') return 'The mode is disabled'
  if (lacking === undefined || mode !== 'enabled') return lacking
  const message = `Maintenance notifications cannot be enabled: ${lacking}`
  throw new HitlessError('MAINT_UNSUPPORTED', message, { facts: { reason: lacking } })
}

function saysOnlyDisabled(given: OwnOptions['maintNotifications']): boolean {
  if (typeof given !== 'object' || given === null) return given === 'disabled'
  const { mode, ...others } = given
  return mode === 'disabled' && Object.values(others).every(value => value === undefined)
}
