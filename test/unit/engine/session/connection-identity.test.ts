import { describe, expect, it } from 'vitest'
import { findIn } from '../../../../src/engine/session/connection-identity.js'

const line = (id: number, addr: string, flags: string): string =>
  `id=${id} addr=${addr} laddr=10.0.0.1:6379 fd=8 name=a age=0 idle=0 flags=${flags} db=0 cmd=client|info resp=3\n`

const own = { id: '7', line: line(7, '10.0.0.9:40000', 'N') }

describe('findIn', () => {
  it.each([
    ['blocked', line(7, '10.0.0.9:40000', 'b')],
    ['blocked', line(7, '10.0.0.9:40000', 'bU')],
    ['not-blocked', line(7, '10.0.0.9:40000', 'N')],
    ['blocked', `${line(6, '10.0.0.8:40000', 'N')}${line(7, '10.0.0.9:40000', 'b')}`],
    ['unknown-here', line(7, '10.0.0.9:50000', 'b')],
    ['unknown-here', line(77, '10.0.0.9:40000', 'b')],
    ['unknown-here', line(7, '10.0.0.9:40000', 'b').replace('10.0.0.1', '10.0.0.2')],
    ['unknown-here', ''],
  ] as const)('says %s of %s', (whereabouts, list) => {
    expect(findIn(list, own)).toBe(whereabouts)
  })

  it('knows no connection of which the server told no more than a number', () => {
    expect(findIn(own.line, { id: '7', line: undefined })).toBe('unknown-here')
  })

  it('goes by the facts that a server gives', () => {
    expect(findIn('id=7 name=addr=x flags=b\n', { id: '7', line: 'id=7 name= flags=N' })).toBe('blocked')
  })
})
