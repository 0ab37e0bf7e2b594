import { describe, expect, it } from 'vitest'
import { parseListen } from '../../../../src/cli/program/listen-address.js'
import { parseServerUrl, printServerUrl } from '../../../../src/cli/program/server-url.js'

const NOBODY = { username: undefined, password: undefined, database: undefined }

describe('where a server is', () => {
  it.each([
    ['redis://redis.example', { host: 'redis.example', port: 6_379, tls: false, ...NOBODY }],
    ['127.0.0.1:7000', { host: '127.0.0.1', port: 7_000, tls: false, ...NOBODY }],
    ['localhost', { host: 'localhost', port: 6_379, tls: false, ...NOBODY }],
    ['::1', { host: '::1', port: 6_379, tls: false, ...NOBODY }],
    ['rediss://[::1]:7000/2', { host: '::1', port: 7_000, tls: true, ...NOBODY, database: 2 }],
    [
      'redis://ann:p%40ss@h:1',
      { host: 'h', port: 1, tls: false, username: 'ann', password: 'p@ss', database: undefined },
    ],
  ])('%s is read', (text, expected) => {
    expect(parseServerUrl(text, {})).toEqual(expected)
  })

  it('has the password of the environment, unless the URL has one', () => {
    const environment = { REDISCLI_AUTH: 'theirs' }
    expect(parseServerUrl('h:1', environment).password).toBe('theirs')
    expect(parseServerUrl('redis://:own@h:1', environment).password).toBe('own')
  })

  it.each(['', 'http://h', 'redis://', 'redis://:secret@', 'redis://:secret@h/x', 'redis://:secret@h:99999'])(
    '%j is refused without showing a password',
    text => {
      expect(() => parseServerUrl(text, {})).toThrow(RangeError)
      expect(() => parseServerUrl(text, {})).not.toThrow(/secret/)
    },
  )

  it.each([
    ['unix:///run/redis.sock', /not as a unix socket/],
    ['/run/redis.sock', /not as a unix socket/],
    ['redis:/h:1', /a \/ is missing/],
    ['rdis://:secret@h', /not as rdis:\/\//],
    ['redis://:secret@', /the host is missing|%40/],
    ['redis://:se/cret@h', /%2F/],
    ['redis://:secret@h:70000', /at most 65535/],
    ['redis://:secret%zz@h', /written as %25/],
    ['redis://:secret@h/x', /number of a database/],
  ])('%s is refused with what is wrong with it', (text, message) => {
    expect(() => parseServerUrl(text, {})).toThrow(message)
    expect(() => parseServerUrl(text, {})).not.toThrow(/secret|se\/cret/)
  })

  it('is printed without who connects to it', () => {
    expect(printServerUrl(parseServerUrl('rediss://ann:secret@[::1]:7000/2', {}))).toBe('rediss://[::1]:7000')
  })
})

describe('where a program listens', () => {
  it.each([
    ['7000', { host: '127.0.0.1', port: 7_000 }],
    ['0.0.0.0:7000', { host: '0.0.0.0', port: 7_000 }],
    ['[::1]:0', { host: '::1', port: 0 }],
  ])('%s is read', (text, expected) => {
    expect(parseListen('--listen', text)).toEqual(expected)
  })

  it.each(['', 'host', '70000', 'host:x'])('%j is refused', text => {
    expect(() => parseListen('--listen', text)).toThrow(/--listen must be a port, or host:port/)
  })
})
