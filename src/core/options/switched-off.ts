import type { OwnOptions } from './maint-options.js'

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

function saysOnlyDisabled(given: OwnOptions['maintNotifications']): boolean {
  if (typeof given !== 'object' || given === null) return given === 'disabled'
  const { mode, ...others } = given
  return mode === 'disabled' && Object.values(others).every(value => value === undefined)
}
