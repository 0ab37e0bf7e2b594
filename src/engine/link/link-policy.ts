import type { LinkState, Policy } from '../../core/decide/link-state.js'
import { deriveSeed } from '../../core/limits/pacing.js'
import type { Context } from '../database/context.js'
import { instanceSeedOf } from '../database/instance-seed.js'

/** The numbers that the decisions about one link use. */
export function policyOf({ maint, database }: Context): Policy {
  const seed = deriveSeed(instanceSeedOf(maint), `${database.countLink()}`)
  return { ...maint.policy, seed, followsAddress: database.book !== undefined }
}

/** How much longer commands may take while something was announced that takes the server away, such as a failover. */
const ANNOUNCED_FACTOR = 3

/** What command timeouts are raised to while there are reasons for it; `undefined` where they are to be left alone. */
export function relaxedTimeoutOf({ maint }: Context, { relaxations }: LinkState): number | undefined {
  if (maint.relaxedTimeoutMs === false) return undefined
  const isAnnounced = [...relaxations.values()].some(({ kind }) => kind === 'announced')
  return isAnnounced ? ANNOUNCED_FACTOR * maint.relaxedTimeoutMs : maint.relaxedTimeoutMs
}
