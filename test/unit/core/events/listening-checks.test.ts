import { expect, it } from 'vitest'
import { assertCallable, assertEvents, assertHook } from '../../../../src/core/events/listening-checks.js'

const refused = (text: unknown): object => expect.objectContaining({ code: 'OPTIONS_INVALID', message: text })

it.each<[unknown, string]>([
  [['movin'], 'maint.on: no such event as "movin"; moving may be meant'],
  [
    ['handoff:started', 'HANDOFF:COMPLETED'],
    'maint.on: no such event as "HANDOFF:COMPLETED"; handoff:completed may be meant',
  ],
  [[undefined], 'maint.on: no such event as undefined; known are moving, migrating,'],
  ['moving', 'maint.on: must be a list of names, not "moving"'],
])('refuses %o, of which nobody is ever told', (names, text) => {
  expect(() => assertEvents('maint.on', names)).toThrow(refused(expect.stringContaining(text)))
})

it.each<[unknown, string]>([
  [undefined, 'hooks.use: must be an object, not undefined'],
  [{ types: ['handoff:started'] }, 'hooks.use: types: no such event as "handoff:started"; known are moving,'],
  [{ types: 'moving' }, 'hooks.use: types: must be a list of names, not "moving"'],
  [{ before: 'skip' }, 'hooks.use: before: must be a function, not "skip"'],
])('refuses %o as a hook', (hook, text) => {
  expect(() => assertHook('hooks.use', hook)).toThrow(refused(expect.stringContaining(text)))
})

it('takes what can be told, and hooks with methods of a class', () => {
  class Watch {
    readonly types = ['moving']
    after(): void {}
  }
  assertHook('hooks.use', new Watch())
  assertEvents('maint.on', ['moving', 'hook:failed'])
  expect(() => assertCallable('maint.on: the listener', undefined)).toThrow(
    refused('maint.on: the listener: must be a function, not undefined'),
  )
})
