import { printEndpoint } from '../../base/endpoint.js'
import type { LinkState } from '../../core/decide/link-state.js'
import { handoffUnderWay } from '../../core/decide/windows/announced-window.js'
import type { WaitCause } from '../../core/events/command-wait.js'
import { handoffIdOf } from '../../core/events/tell.js'
import type { DispatcherMode } from '../commands/dispatcher-owner.js'
import type { Context } from '../database/context.js'

/** The link whose commands wait. */
export interface WaitingLink {
  readonly context: Pick<Context, 'clock' | 'hooks' | 'target' | 'tell'>
  readonly shell: { readonly link: LinkState }
}

/**
 * Tells that a command begins to wait.
 *
 * @returns What is called when it waits no longer, with what it failed with; `undefined` where nobody listens.
 */
export function tellWait(
  { context, shell }: WaitingLink,
  mode: DispatcherMode,
): ((error?: unknown) => void) | undefined {
  const { clock, hooks, target, tell } = context
  const end = hooks.wait(() => {
    const handoff = handoffUnderWay(shell.link)
    return {
      at: clock.epochMs(),
      link: tell.link,
      pool: hooks.pool,
      node: target.host === undefined ? undefined : printEndpoint({ host: target.host, port: target.port }),
      cause: causeOf(shell.link, mode),
      handoffId: handoff === undefined ? undefined : handoffIdOf(tell, handoff),
    }
  })
  return end && (error => end({ at: clock.epochMs(), error }))
}

function causeOf({ phase, writesPaused }: LinkState, mode: DispatcherMode): WaitCause {
  if (mode === 'paused') return phase.state === 'probing' ? 'probe' : 'handoff'
  if (mode === 'writes-paused') return writesPaused ?? 'not-writable'
  return mode === 'open' ? 'behind-others' : 'no-connection'
}
