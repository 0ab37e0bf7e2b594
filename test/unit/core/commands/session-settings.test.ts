import { describe, expect, it } from 'vitest'
import { settingsOf, withoutSecrets } from '../../../../src/core/commands/session-settings.js'

const told = (words: string): readonly string[] =>
  settingsOf(words.split(' ')).map(setting => `${setting.subject}: ${setting.words.join(' ')}`)

describe('what a command sets', () => {
  it.each([
    ['CLIENT SETNAME x', ['SETNAME: CLIENT SETNAME x']],
    ['client setinfo lib-name x', ['SETINFO LIB-NAME: client setinfo lib-name x']],
    ['CLIENT NO-EVICT on', ['NO-EVICT: CLIENT NO-EVICT on']],
    ['READONLY', ['ACCESS: READONLY']],
    ['READWRITE', ['ACCESS: READWRITE']],
    ['AUTH user secret', ['AUTH: AUTH user secret']],
    ['HELLO 3', []],
    ['HELLO 3 AUTH user secret', ['AUTH: AUTH user secret']],
    ['HELLO 3 setname x auth user setname', ['SETNAME: CLIENT SETNAME x', 'AUTH: AUTH user setname']],
  ])('%s', (words, settings) => {
    expect(told(words)).toEqual(settings)
  })
})

it.each([
  [
    ['AUTH', 'user', 'secret'],
    ['AUTH', 'user', '***'],
  ],
  [
    ['auth', 'secret'],
    ['auth', '***'],
  ],
  [
    ['CLIENT', 'SETNAME', 'x'],
    ['CLIENT', 'SETNAME', 'x'],
  ],
])('%j is told as %j', (words, told) => {
  expect(withoutSecrets(words)).toEqual(told)
})
