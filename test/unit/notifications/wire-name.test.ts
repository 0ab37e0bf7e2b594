import { describe, expect, test } from 'vitest'
import { isMaintenanceName, toWireName, WIRE_NAMES } from '../../../src/notifications/wire-name.js'
import { RespVerbatim } from '../../../src/wire/value.js'

describe.each(WIRE_NAMES)('%s', name => {
  test.each([
    ['text', name],
    ['lower case', name.toLowerCase()],
    ['mixed case', `${name.slice(0, 3).toLowerCase()}${name.slice(3)}`],
    ['a buffer', Buffer.from(name)],
    ['a lower-case buffer', Buffer.from(name.toLowerCase())],
    ['plain bytes', new Uint8Array(Buffer.from(name))],
    ['a verbatim string', new RespVerbatim('txt', name)],
    ['a string object', new String(name)],
  ])('is recognised as %s', (_form, first) => {
    expect(toWireName(first)).toBe(name)
    expect(isMaintenanceName(first)).toBe(true)
  })

  test.each([
    ['with a space', `${name} `],
    ['without its last letter', name.slice(0, -1)],
    ['with another last letter', `${name.slice(0, -1)}X`],
    ['with another first letter', `X${name.slice(1)}`],
    ['with a line break', `${name.slice(0, -1)}\n`],
  ])('is another name %s', (_form, first) => {
    expect([toWireName(first), toWireName(Buffer.from(first))]).toEqual([undefined, undefined])
  })
})

test.each([
  'message',
  'pmessage',
  'smessage',
  'subscribe',
  'psubscribe',
  'ssubscribe',
  'unsubscribe',
  'punsubscribe',
  'sunsubscribe',
  'invalidate',
  'SMOVING',
  'SFAILING_OVER',
  'SFAILED_OVER',
  '',
])('%j is no maintenance name', name => {
  expect([isMaintenanceName(name), isMaintenanceName(Buffer.from(name))]).toEqual([false, false])
})

test.each([
  ['undefined', undefined],
  ['null', null],
  ['a number', 6],
  ['a boolean', true],
  ['a symbol', Symbol('MOVING')],
  ['a list', ['MOVING']],
  ['a function', () => 'MOVING'],
  ['an object without prototype', Object.create(null)],
  ['an object whose text is no text', { toString: () => 6 }],
  [
    'an object that throws',
    {
      toString: () => {
        throw new Error('no')
      },
    },
  ],
])('%s is no maintenance name', (_form, first) => {
  expect(isMaintenanceName(first)).toBe(false)
})
