import { describe, expect, it } from 'vitest'
import { MessageLog } from '../../../../src/cli/player/notes/message-log.js'
import { QueueLedger } from '../../../../src/cli/player/notes/queue-ledger.js'

describe('the account of a queue', () => {
  it('finds each acknowledged item with the consumer or in the queue, once', () => {
    const ledger = new QueueLedger()
    const [first, second, third] = [ledger.nextItem(), ledger.nextItem(), ledger.nextItem()]
    for (const item of [first, second, third]) ledger.pushed(item)
    ledger.took(first)
    expect(ledger.audit([second, third])).toEqual({ pushed: 3, taken: 1, lost: 0, doubled: 0 })
    expect(ledger.audit([second])).toMatchObject({ lost: 1 })
    expect(ledger.audit([first, second, third])).toMatchObject({ lost: 0, doubled: 1 })
  })

  it('holds a failed take responsible for one missing item', () => {
    const ledger = new QueueLedger()
    for (let count = 0; count < 3; count += 1) ledger.pushed(ledger.nextItem())
    ledger.failedToTake()
    expect(ledger.audit([])).toMatchObject({ lost: 2 })
  })

  it('says nothing of an item whose push failed', () => {
    const ledger = new QueueLedger()
    const doubtful = ledger.nextItem()
    expect(ledger.audit([])).toEqual({ pushed: 0, taken: 0, lost: 0, doubled: 0 })
    expect(ledger.audit([doubtful])).toMatchObject({ lost: 0, doubled: 0 })
  })
})

describe('the account of messages', () => {
  it('tells messages that were missed from those of which the client said that they may be missing', () => {
    const log = new MessageLog()
    log.heard(log.nextMessage(1_000))
    log.nextMessage(2_000)
    log.nextMessage(5_000)
    log.interrupted({ fromAt: 2_100, untilAt: 2_600 })
    expect(log.audit()).toEqual({ published: 3, heard: 1, interrupted: 1, missed: 1 })
  })

  it('does not count what could not be published', () => {
    const log = new MessageLog()
    log.unsaid(log.nextMessage(1_000))
    expect(log.audit()).toEqual({ published: 0, heard: 0, interrupted: 0, missed: 0 })
  })
})
