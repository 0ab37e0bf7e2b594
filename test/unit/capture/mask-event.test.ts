import { describe, expect, it } from 'vitest'
import { HitlessError } from '../../../src/base/errors.js'
import { maskEvent } from '../../../src/capture/redaction/mask-event.js'

describe('an event in a masked capture', () => {
  it('keeps what it says about maintenance', () => {
    const connection = { link: 1, id: 2, route: { type: 'configured' }, address: '10.0.0.1' }
    const payload = { reason: 'moving', at: 5, handoffId: '1.1', connection, to: { type: 'configured' } }
    expect(maskEvent(payload)).toEqual(payload)
  })

  it('has no channels and no copies of what was sent', () => {
    expect(maskEvent({ kind: 'CHANNELS', channels: ['secret'], raw: ['secret'] })).toEqual({ kind: 'CHANNELS' })
  })

  it('keeps of a command its name', () => {
    expect(maskEvent({ command: ['CLIENT', 'SETNAME', 'secret'] })).toEqual({
      command: ['CLIENT', 'xxxxxxx', 'xxxxxx'],
    })
    expect(maskEvent({ command: 'GET' })).toEqual({ command: 'GET' })
  })

  it('masks texts of fields that are not known, and what is too long or odd for a word', () => {
    expect(maskEvent({ note: 'secret', reason: '<secret>' })).toEqual({ note: 'xxxxxx', reason: 'xxxxxxxx' })
  })

  it('keeps of errors the code, and the text where it is ours', () => {
    const ours = new HitlessError('FATE_UNKNOWN', 'The connection broke', { facts: { command: 'SET' } })
    const refused = Object.assign(new Error('connect ECONNREFUSED secret:1'), { code: 'ECONNREFUSED' })
    const errors = [ours, refused, new Error('READONLY secret'), new Error('secret')]
    expect(errors.map(error => maskEvent({ error }))).toEqual([
      { error: { code: 'FATE_UNKNOWN', message: 'The connection broke' } },
      { error: { code: 'ECONNREFUSED', message: 'ECONNREFUSED' } },
      { error: { message: 'READONLY' } },
      { error: { message: 'Error' } },
    ])
  })
})
