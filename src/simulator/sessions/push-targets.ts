import type { SimConnection } from './sim-connection.js'

/** Which connections a push goes to: those that opted in, all that speak RESP3, or the ones given. */
export type PushTargets = 'opted-in' | 'resp3' | readonly SimConnection[]

/** Picks them among the live ones. */
export function selectTargets(live: readonly SimConnection[], targets: PushTargets): readonly SimConnection[] {
  if (typeof targets !== 'string') return targets
  const speaking = live.filter(({ protocol }) => protocol === 3)
  return targets === 'resp3' ? speaking : speaking.filter(({ optedIn }) => optedIn !== false)
}
