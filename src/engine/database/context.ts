import type { Clock } from '../../base/clock.js'
import type { Random } from '../../base/random.js'
import type { Hooks } from '../../core/events/hooks.js'
import type { Tell } from '../../core/events/tell.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import type { Target } from '../../core/target.js'
import type { Host } from '../ports.js'
import type { Database } from './database.js'

/** What all parts of one client share. */
export interface Context {
  readonly host: Host
  /** Where the configured route leads. */
  readonly target: Target
  readonly clock: Clock
  readonly random: Random
  readonly hooks: Hooks
  /** Emits the events of the link. */
  readonly tell: Tell
  readonly maint: ResolvedMaintOptions
  /** Why no notifications are asked for, `undefined` where they are. */
  readonly offReason: string | undefined
  /** Shared by all clients and pools of the database in this process. */
  readonly database: Database
}
