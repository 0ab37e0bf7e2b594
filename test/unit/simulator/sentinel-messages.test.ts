import { describe, expect, it } from 'vitest'
import {
  messagesAtTheEnd,
  messagesOfFollower,
  messagesOfLeader,
  type SentinelMessage,
  type ToldFailover,
} from '../../../src/simulator/sentinel/sentinel-messages.js'

const host = '127.0.0.1'

/** Recorded from three sentinels of Redis 7.0, without `-role-change` and what they say of a replica that is down. */
const ASKED = {
  leader: [
    '+new-epoch 1',
    '+try-failover master mymaster 127.0.0.1 40631',
    '+vote-for-leader 59b256cdb00f0b6ed3f79a4b95e12dd69c8971a6 1',
    '+elected-leader master mymaster 127.0.0.1 40631',
    '+failover-state-select-slave master mymaster 127.0.0.1 40631',
    '+selected-slave slave 127.0.0.1:43395 127.0.0.1 43395 @ mymaster 127.0.0.1 40631',
    '+failover-state-send-slaveof-noone slave 127.0.0.1:43395 127.0.0.1 43395 @ mymaster 127.0.0.1 40631',
    '+failover-state-wait-promotion slave 127.0.0.1:43395 127.0.0.1 43395 @ mymaster 127.0.0.1 40631',
    '+promoted-slave slave 127.0.0.1:43395 127.0.0.1 43395 @ mymaster 127.0.0.1 40631',
    '+failover-state-reconf-slaves master mymaster 127.0.0.1 40631',
    '+slave-reconf-sent slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 40631',
  ],
  end: [
    '+slave-reconf-inprog slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 40631',
    '+slave-reconf-done slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 40631',
    '+failover-end master mymaster 127.0.0.1 40631',
    '+switch-master mymaster 127.0.0.1 40631 127.0.0.1 43395',
    '+slave slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 43395',
    '+slave slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 43395',
  ],
  follower: [
    '+new-epoch 1',
    '+config-update-from sentinel 59b256cdb00f0b6ed3f79a4b95e12dd69c8971a6 127.0.0.1 45799 @ mymaster 127.0.0.1 40631',
    '+switch-master mymaster 127.0.0.1 40631 127.0.0.1 43395',
    '+slave slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 43395',
    '+slave slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 43395',
  ],
}

const KILLED = {
  leader: [
    '+sdown master mymaster 127.0.0.1 43395',
    '+odown master mymaster 127.0.0.1 43395 #quorum 2/2',
    '+new-epoch 2',
    '+try-failover master mymaster 127.0.0.1 43395',
    '+vote-for-leader 4b2475121c8df4a60a461c2292cd51ed749d1961 2',
    '+elected-leader master mymaster 127.0.0.1 43395',
    '+failover-state-select-slave master mymaster 127.0.0.1 43395',
    '+selected-slave slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 43395',
    '+failover-state-send-slaveof-noone slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 43395',
    '+failover-state-wait-promotion slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 43395',
    '+promoted-slave slave 127.0.0.1:33929 127.0.0.1 33929 @ mymaster 127.0.0.1 43395',
    '+failover-state-reconf-slaves master mymaster 127.0.0.1 43395',
    '+slave-reconf-sent slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 43395',
  ],
  end: [
    '-odown master mymaster 127.0.0.1 43395',
    '+slave-reconf-inprog slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 43395',
    '+slave-reconf-done slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 43395',
    '+failover-end master mymaster 127.0.0.1 43395',
    '+switch-master mymaster 127.0.0.1 43395 127.0.0.1 33929',
    '+slave slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 33929',
    '+slave slave 127.0.0.1:43395 127.0.0.1 43395 @ mymaster 127.0.0.1 33929',
  ],
  follower: [
    '+sdown master mymaster 127.0.0.1 43395',
    '+new-epoch 2',
    '+vote-for-leader 4b2475121c8df4a60a461c2292cd51ed749d1961 2',
    '+config-update-from sentinel 4b2475121c8df4a60a461c2292cd51ed749d1961 127.0.0.1 42127 @ mymaster 127.0.0.1 43395',
    '+switch-master mymaster 127.0.0.1 43395 127.0.0.1 33929',
    '+slave slave 127.0.0.1:40631 127.0.0.1 40631 @ mymaster 127.0.0.1 33929',
    '+slave slave 127.0.0.1:43395 127.0.0.1 43395 @ mymaster 127.0.0.1 33929',
  ],
}

const asked: ToldFailover = {
  name: 'mymaster',
  from: { host, port: 40_631 },
  to: { host, port: 43_395 },
  others: [{ host, port: 33_929 }],
  quorum: 2,
  epoch: 1,
  leader: { id: '59b256cdb00f0b6ed3f79a4b95e12dd69c8971a6', endpoint: { host, port: 45_799 } },
  asked: true,
}

const killed: ToldFailover = {
  name: 'mymaster',
  from: { host, port: 43_395 },
  to: { host, port: 33_929 },
  others: [{ host, port: 40_631 }],
  quorum: 2,
  epoch: 2,
  leader: { id: '4b2475121c8df4a60a461c2292cd51ed749d1961', endpoint: { host, port: 42_127 } },
  asked: false,
}

function print(messages: readonly SentinelMessage[]): readonly string[] {
  return messages.map(message => message.join(' '))
}

describe('What sentinels publish at a failover', () => {
  it.each([
    ['that was asked for', asked, ASKED],
    ['from a primary that was killed', killed, KILLED],
  ])('%s is what real ones publish', (_, told, recorded) => {
    expect(print(messagesOfLeader(told))).toEqual(recorded.leader)
    expect(print(messagesAtTheEnd(told))).toEqual(recorded.end)
    // Whether a sentinel sees that the others agree before it votes depends on the moment.
    const followed = recorded.follower.filter(line => !line.startsWith('+odown'))
    expect(print(messagesOfFollower(told))).toEqual(followed)
  })
})
