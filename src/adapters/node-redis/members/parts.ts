import type { Lifecycle } from '../../../engine/link/lifecycle.js'
import type { Link } from '../../../engine/link/link.js'
import type { Maint } from '../../../engine/link/maint-status.js'
import type { HostCommandOptions } from '../internals.js'

/** What the members of a facade act on. */
export interface FacadeParts {
  readonly link: Link
  readonly lifecycle: Lifecycle
  readonly maint: Maint
  /** Makes another client with the same options, some of them replaced. */
  readonly duplicate: (overrides: object) => unknown
  /** Makes a pool with the same options. */
  readonly createPool: (options: object | undefined) => unknown
}

/** The facade, or an object that the host derived from it: each has command options of its own. */
export interface View {
  readonly _commandOptions?: HostCommandOptions
}
