import { hostname } from 'node:os'
import type { LinkState, Policy } from '../../core/decide/link-state.js'
import { deriveSeed, instanceSeed } from '../../core/limits/pacing.js'
import type { Context } from '../database/context.js'

/** How long the gate waits for answers while a blocking command or MONITOR occupies the connection, in milliseconds. */
export const OCCUPIED_FENCE_MS: number = 10

/** The seed of this process among its fleet, where the user gives it no name. */
const PROCESS_SEED = instanceSeed({ host: hostname(), process: process.pid })

/** The seed of a new link: no two of a fleet begin at the same moment. */
export function nextSeed({ maint, database }: Context): number {
  const { instanceId: host } = maint
  const own = host === undefined ? PROCESS_SEED : instanceSeed({ host, process: '' })
  return deriveSeed(own, `${database.countLink()}`)
}

/** The numbers that the decisions about one link use. */
export function policyOf({ maint, database }: Context, seed: number): Policy {
  return { ...maint.policy, seed, followsAddress: database.book !== undefined }
}

/** The factor on the relaxed timeout while an announcement relaxes timeouts, such as of a failover. */
const ANNOUNCED_FACTOR = 3

/** What command timeouts are raised to while there is a relaxation; `undefined` where they stay as they are. */
export function relaxedTimeoutOf({ maint }: Context, { relaxations }: LinkState): number | undefined {
  if (maint.relaxedTimeoutMs === false) return undefined
  const isAnnounced = [...relaxations.values()].some(({ cause }) => cause === 'announced')
  return isAnnounced ? ANNOUNCED_FACTOR * maint.relaxedTimeoutMs : maint.relaxedTimeoutMs
}
