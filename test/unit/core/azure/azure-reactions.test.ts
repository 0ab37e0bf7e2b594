import { describe, expect, it } from 'vitest'
import { type AzureReaction, reactTo } from '../../../../src/core/azure/azure-reactions.js'
import { type AzureState, NO_AZURE_MAINTENANCE } from '../../../../src/core/azure/azure-state.js'
import type { AzureReactions } from '../../../../src/core/options/provider-options.js'
import { decodeAzureMessage } from '../../../../src/notifications/azure-message.js'
import type { AzureNotification } from '../../../../src/notifications/azure-notification.js'

const ALL = { relax: true, pauseWrites: true, reconnect: true, refresh: true } as const
const EPOCH = Date.parse('2026-10-20T16:21:39Z')
const PRIMARY = 'IsReplica|False|SSLPort|15000|NonSSLPort|13000'
const PROMOTED = 'IsReplica|False|SSLPort|15001|NonSSLPort|13001'
const REPLICA = 'IsReplica|True|SSLPort|15001|NonSSLPort|13001'
const KEY = 'azure 15000'

const HOLD = { type: 'relax', key: KEY, forMs: 60_000 }
const HOLD_WRITES = { type: 'pause-writes', forMs: 30_000 }
const RELEASE = { type: 'end-relaxation', key: KEY }
const RELEASE_WRITES = { type: 'resume-writes' }
const RECONNECT = { type: 'reconnect' }
const REFRESH = { type: 'refresh' }

function read(text: string): AzureNotification {
  const result = decodeAzureMessage(`NotificationType|NodeMaintenance${text}`, 0)
  if (result.outcome === 'rejected') throw new Error(result.reason)
  return result.notification
}

/** A cache that announces, on a clock that goes by the seconds given. */
class Announcements {
  state: AzureState = NO_AZURE_MAINTENANCE
  readonly #reactions: Required<AzureReactions>
  /** How far the local clock is ahead. */
  readonly #skewMs: number

  constructor(reactions: AzureReactions = {}, skewMs = 0) {
    this.#reactions = { ...ALL, ...reactions }
    this.#skewMs = skewMs
  }

  at(seconds: number, text: string): readonly AzureReaction[] {
    return this.tell(seconds, text).reactions
  }

  tell(seconds: number, text: string) {
    const now = seconds * 1_000
    const context = { now, epochMs: EPOCH + now + this.#skewMs, reactions: this.#reactions }
    const decision = reactTo(this.state, read(text), context)
    this.state = decision.state
    return decision
  }
}

describe('the documented course of events', () => {
  it('relaxes timeouts, lets writes wait, reconnects and lets go again', () => {
    const azure = new Announcements()
    expect(azure.at(0, `Scheduled|StartTimeInUTC|2026-10-20T16:35:57|${PRIMARY}`)).toEqual([])
    const starting = azure.at(767, `Starting|StartTimeInUTC|2026-10-20T16:34:46|${PRIMARY}`)
    expect(starting).toEqual([{ type: 'relax', key: KEY, forMs: 80_000 }])
    expect(azure.at(787, `Start|${PRIMARY}`)).toEqual([HOLD, HOLD_WRITES])
    expect(azure.at(797, `FailoverComplete|${PROMOTED}`)).toEqual([RECONNECT, REFRESH, RELEASE_WRITES, RELEASE])
    expect(azure.at(969, `Ended|StartTimeInUTC|2026-10-20T16:37:48|${REPLICA}`)).toEqual([REFRESH])
  })

  it('has the same effect where every node of the cache publishes it', () => {
    const azure = new Announcements()
    azure.at(0, `Start|${PRIMARY}`)
    const copies = [0.01, 0.3, 2].map(at => azure.tell(at, `Start|${PRIMARY}`))
    expect(copies.map(({ reactions, repeated }) => ({ reactions, repeated }))).toEqual(
      Array(3).fill({ reactions: [], repeated: true }),
    )
    expect(azure.at(9, `FailoverComplete|${PROMOTED}`)).toContainEqual(RECONNECT)
    expect(azure.at(12, `Failover|${PROMOTED}`)).toEqual([])
  })

  it('works for the next maintenance as for the first', () => {
    const azure = new Announcements()
    for (const at of [0, 600]) {
      expect(azure.at(at, `Start|${PRIMARY}`)).toEqual([HOLD, HOLD_WRITES])
      expect(azure.at(at + 9, `FailoverComplete|${PROMOTED}`)).toEqual([RECONNECT, REFRESH, RELEASE_WRITES, RELEASE])
      expect(azure.at(at + 180, `Ended|${REPLICA}`)).toEqual([REFRESH])
    }
  })
})

describe('Starting', () => {
  it.each([
    ['without a start time counts on 30 s', '', 0, 90_000],
    ['with a start time that is over lasts for a minute', 'StartTimeInUTC|2026-10-20T16:20:00|', 0, 60_000],
    ['holds longer on a clock that is a little behind', 'StartTimeInUTC|2026-10-20T16:21:59|', -30_000, 110_000],
    ['is not believed on a clock that is hours behind', 'StartTimeInUTC|2026-10-20T16:21:59|', -7_200_000, 180_000],
    ['holds for a minute on a clock that is hours ahead', 'StartTimeInUTC|2026-10-20T16:21:59|', 7_200_000, 60_000],
  ])('%s', (_what, start, skewMs, forMs) => {
    const azure = new Announcements({}, skewMs)
    expect(azure.at(0, `Starting|${start}${PRIMARY}`)).toEqual([{ type: 'relax', key: KEY, forMs }])
  })

  it('that comes behind its Start changes nothing but when it ends', () => {
    const azure = new Announcements()
    azure.at(0, `Start|${PRIMARY}`)
    const late = azure.at(1, `Starting|StartTimeInUTC|2026-10-20T16:21:39|${PRIMARY}`)
    expect(late).toEqual([{ type: 'relax', key: KEY, forMs: 60_000 }])
    expect(azure.at(9, `FailoverComplete|${PROMOTED}`)).toContainEqual(RELEASE_WRITES)
  })
})

describe('what is not there', () => {
  it.each(['Starting', 'Start', 'Scheduled'])('%s of a replica changes nothing', type => {
    expect(new Announcements().at(0, `${type}|${REPLICA}`)).toEqual([])
  })

  it('a node that does not say what it is counts as a primary', () => {
    expect(new Announcements().at(0, 'Start')).toEqual([{ ...HOLD, key: 'azure' }, HOLD_WRITES])
  })

  it('a failover without a Start reconnects', () => {
    expect(new Announcements().at(0, `Failover|${PROMOTED}`)).toEqual([RECONNECT, REFRESH])
  })

  it('an end without a beginning only looks after the address', () => {
    expect(new Announcements().at(0, `Ended|${PRIMARY}`)).toEqual([REFRESH])
  })

  it('an end without a failover lets go', () => {
    const azure = new Announcements()
    azure.at(0, `Start|${PRIMARY}`)
    expect(azure.at(20, `Ended|${PRIMARY}`)).toEqual([RELEASE_WRITES, RELEASE, REFRESH])
  })

  it('an end of another node lets nothing go', () => {
    const azure = new Announcements()
    azure.at(0, `Start|${PRIMARY}`)
    expect(azure.at(5, `Ended|${REPLICA}`)).toEqual([REFRESH])
    expect(azure.at(9, `FailoverComplete|${PROMOTED}`)).toContainEqual(RELEASE_WRITES)
  })

  it('an end that names no node lets everything go, and a named one what had no name', () => {
    const named = new Announcements()
    named.at(0, `Start|${PRIMARY}`)
    expect(named.at(5, 'Ended')).toEqual([RELEASE_WRITES, RELEASE, REFRESH])
    const unnamed = new Announcements()
    unnamed.at(0, 'Start')
    expect(unnamed.at(5, `Ended|${PRIMARY}`)).toEqual([
      RELEASE_WRITES,
      { type: 'end-relaxation', key: 'azure' },
      REFRESH,
    ])
  })

  it('what ended by itself is not let go again', () => {
    const azure = new Announcements()
    azure.at(0, `Start|${PRIMARY}`)
    expect(azure.at(31, `FailoverComplete|${PROMOTED}`)).toEqual([RECONNECT, REFRESH, RELEASE])
    azure.at(100, `Start|${PRIMARY}`)
    expect(azure.at(161, `Ended|${PRIMARY}`)).toEqual([REFRESH])
  })

  it('a scale that completed looks after the address, and a type of a later version changes nothing', () => {
    expect(new Announcements().at(0, `ScaleComplete|${PRIMARY}`)).toEqual([REFRESH])
    expect(new Announcements().at(0, `Paused|${PRIMARY}`)).toEqual([])
  })
})

it('a second node that starts relaxes timeouts, and does not make writes wait any longer', () => {
  const azure = new Announcements()
  azure.at(0, `Start|${PRIMARY}`)
  expect(azure.at(20, 'Start|SSLPort|15002')).toEqual([{ ...HOLD, key: 'azure 15002' }])
  expect(azure.at(31, 'Start|SSLPort|15004')).toEqual([{ ...HOLD, key: 'azure 15004' }, HOLD_WRITES])
})

describe('a Start that comes late', () => {
  it.each([
    ['its failover', `FailoverComplete|${PROMOTED}`],
    ['its end', `Ended|${PRIMARY}`],
  ])('behind %s pauses and relaxes nothing', (_what, first) => {
    const azure = new Announcements()
    azure.at(0, first)
    expect(azure.at(29, `Start|${PRIMARY}`)).toEqual([])
    expect(azure.at(60, `Start|${PRIMARY}`)).toEqual([HOLD, HOLD_WRITES])
  })

  it('is not what follows the end of another node', () => {
    const azure = new Announcements()
    azure.at(0, `Ended|${REPLICA}`)
    expect(azure.at(5, `Start|${PRIMARY}`)).toEqual([HOLD, HOLD_WRITES])
  })
})

it.each([
  ['relax', [HOLD_WRITES, RECONNECT, REFRESH, RELEASE_WRITES]],
  ['pauseWrites', [HOLD, RECONNECT, REFRESH, RELEASE]],
  ['reconnect', [HOLD, HOLD_WRITES, REFRESH, RELEASE_WRITES, RELEASE]],
  ['refresh', [HOLD, HOLD_WRITES, RECONNECT, RELEASE_WRITES, RELEASE]],
])('%s: can be switched off, and nothing else is', (name, expected) => {
  const azure = new Announcements({ [name]: false })
  expect([...azure.at(0, `Start|${PRIMARY}`), ...azure.at(9, `Failover|${PROMOTED}`)]).toEqual(expected)
})
