import { type Clock, systemClock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import type { SimNode } from '../node.js'
import type { AzureAnnouncement } from './azure-announcement.js'

/**
 * What happens at one time of a maintenance, in milliseconds from its first message.
 *
 * - `announce`: Azure publishes.
 * - `primary-lost`: the connections to the primary are closed, and it takes no new ones.
 * - `primary-back`: the address of the cache leads to the new primary.
 */
export type AzureStep =
  | { readonly atMs: number; readonly does: 'announce'; readonly announcement: AzureAnnouncement }
  | { readonly atMs: number; readonly does: 'primary-lost' | 'primary-back' }

/** The node that was the primary is 15000, the one that is promoted 15001, as in Azure's document. */
const PROMOTED = { sslPort: 15_001, nonSslPort: 13_001 } as const

/**
 * The maintenance that Azure documents, of a primary: scheduled at 16:21:39 for 16:35:57, starting at 16:34:26
 * for 16:34:46, start at 16:34:46, the socket closed at 16:34:47, failover complete at 16:34:56, ended at 16:37:48.
 */
export const AZURE_WALKTHROUGH: readonly AzureStep[] = [
  { atMs: 0, does: 'announce', announcement: { type: 'azure-scheduled', startsInMs: 858_000 } },
  { atMs: 767_000, does: 'announce', announcement: { type: 'azure-starting', startsInMs: 20_000 } },
  { atMs: 787_000, does: 'announce', announcement: { type: 'azure-start' } },
  { atMs: 788_000, does: 'primary-lost' },
  { atMs: 797_000, does: 'primary-back' },
  { atMs: 797_000, does: 'announce', announcement: { type: 'azure-failover-complete', ...PROMOTED } },
  { atMs: 969_000, does: 'announce', announcement: { type: 'azure-ended', startsInMs: 0, isReplica: true } },
]

/** What a maintenance is played on, and how. */
export interface AzurePlay {
  /** Publishes: the simulator does. */
  readonly azure: (announcement: AzureAnnouncement) => Promise<number>
  /** The node that is lost and comes back. */
  readonly primary: Pick<SimNode, 'refuse' | 'closeConnections' | 'accept'>
  /** How many times faster than it was, in all its times. Default 1. */
  readonly speed?: number
  /** From where in it, in milliseconds of its own time. Default 0. */
  readonly fromMs?: number
  /** Default the process's own. */
  readonly clock?: Clock
}

/** Plays the documented maintenance, and resolves when it has ended. */
export async function playAzureWalkthrough({ speed = 1, fromMs = 0, ...play }: AzurePlay): Promise<void> {
  const { clock = systemClock } = play
  const beganAt = clock.now() - fromMs / speed
  for (const step of AZURE_WALKTHROUGH.filter(({ atMs }) => atMs >= fromMs)) {
    const leftMs = beganAt + step.atMs / speed - clock.now()
    if (leftMs > 0) await pause(clock, leftMs, true)
    await perform(step, speed, play)
  }
}

async function perform(step: AzureStep, speed: number, { azure, primary }: AzurePlay): Promise<void> {
  switch (step.does) {
    case 'announce': {
      const { startsInMs, ...rest } = step.announcement
      await azure(startsInMs === undefined ? rest : { ...rest, startsInMs: startsInMs / speed })
      return
    }
    case 'primary-lost':
      primary.refuse()
      primary.closeConnections()
      return
    case 'primary-back':
      await primary.accept()
  }
}
