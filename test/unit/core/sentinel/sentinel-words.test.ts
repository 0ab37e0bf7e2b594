import { describe, expect, test } from 'vitest'
import { readAnnouncement } from '../../../../src/core/sentinel/sentinel-announcement.js'
import { readNodes, readPrimary } from '../../../../src/core/sentinel/sentinel-reply.js'

const flat = ['name', 'mine', 'config-epoch', '7']

describe('where the primary is', () => {
  test.each([
    ['a list, as on RESP2', flat],
    ['an object', { name: 'mine', 'config-epoch': '7' }],
    ['a map of buffers', new Map([[Buffer.from('config-epoch'), Buffer.from('7')]])],
  ])('is read with the configuration from %s', (_, master) => {
    const endpoint = { host: '10.0.0.1', port: 6_379 }
    expect(readPrimary(['10.0.0.1', '6379'], master)).toEqual({ endpoint, epoch: 7 })
  })

  test.each([
    ['no answer', null],
    ['no port', ['10.0.0.1', '0']],
    ['no host', ['?', '6379']],
    ['an injected host', ['10.0.0.1\r\nX', '6379']],
  ])('is not known with %s', (_, address) => {
    expect(readPrimary(address, flat)).toBeUndefined()
  })

  test('has no configuration where the number is none', () => {
    const said = readPrimary(['::1', '6379'], ['config-epoch', '-3'])
    expect(said).toEqual({ endpoint: { host: '::1', port: 6_379 }, epoch: 0 })
  })
})

test('nodes are read with whether they can be reached, and no more than 64', () => {
  const fields = (port: number, flags: string): readonly string[] => ['ip', 'h', 'port', `${port}`, 'flags', flags]
  expect(readNodes([fields(1, 'slave'), fields(2, 's_down,slave'), fields(0, 'slave'), 'x'])).toEqual([
    { id: undefined, endpoint: { host: 'h', port: 1 }, isUp: true },
    { id: undefined, endpoint: { host: 'h', port: 2 }, isUp: false },
  ])
  expect(readNodes(Array.from({ length: 100 }, (_, at) => fields(at + 1, 'slave')))).toHaveLength(64)
})

describe('a message of a sentinel', () => {
  test.each([
    ['+switch-master', 'mine 10.0.0.1 1 10.0.0.2 2', { type: 'switched', to: { host: '10.0.0.2', port: 2 } }],
    [
      '+promoted-slave',
      'slave x 10.0.0.2 2 @ mine 10.0.0.1 1',
      { type: 'switched', to: { host: '10.0.0.2', port: 2 } },
    ],
    [
      '+selected-slave',
      'slave x 10.0.0.2 2 @ mine 10.0.0.1 1',
      { type: 'chosen', replica: { host: '10.0.0.2', port: 2 } },
    ],
    ['+selected-slave', 'slave x 10.0.0.2 0 @ mine 10.0.0.1 1', undefined],
    ['+try-failover', 'master mine 10.0.0.1 1', { type: 'began' }],
    ['-failover-abort-slave-timeout', 'master mine 10.0.0.1 1', { type: 'given-up' }],
    ['+sdown', 'master mine 10.0.0.1 1', { type: 'down' }],
    ['+odown', 'master mine 10.0.0.1 1 #quorum 2/2', { type: 'down' }],
    ['-sdown', 'master mine 10.0.0.1 1', { type: 'up' }],
    ['+sdown', 'slave x 10.0.0.2 2 @ mine 10.0.0.1 1', { type: 'replicas-changed' }],
    ['+slave', 'slave x 10.0.0.2 2 @ mine 10.0.0.1 1', { type: 'replicas-changed' }],
    ['+sentinel', 'sentinel x 10.0.0.3 3 @ mine 10.0.0.1 1', { type: 'sentinels-changed' }],
    ['+switch-master', 'other 10.0.0.1 1 10.0.0.2 2', undefined],
    ['+sdown', 'master other 10.0.0.1 1', undefined],
    ['+slave', 'slave x 10.0.0.2 2 @ other 10.0.0.1 1', undefined],
    ['+switch-master', 'mine', undefined],
    ['+reboot', '', undefined],
  ])('on %s, %s', (channel, message, expected) => {
    expect(readAnnouncement(channel, message, 'mine')).toEqual(expected)
  })
})
