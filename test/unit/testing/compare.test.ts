import { describe, expect, test } from 'vitest'
import { compareLogs, printEntry } from '../../../src/testing/index.js'

/** A comparison without the column of instants, which is empty. */
const compared = (...logs: Parameters<typeof compareLogs>): string | undefined =>
  compareLogs(...logs)?.replaceAll(/^(.) +/gm, '$1 ')

describe('two logs', () => {
  test('agree where every expected field is there, in order', () => {
    const actual = [
      { at: 1, event: 'dial', node: 'a' },
      { at: 2, event: 'connected' },
    ] as const
    expect(
      compareLogs(
        [
          { event: 'dial', node: 'a' },
          { at: 2, event: 'connected' },
        ],
        actual,
      ),
    ).toBeUndefined()
    expect(compareLogs([], [])).toBeUndefined()
  })

  test('differ by a field, an entry too few, one too many, or their order', () => {
    const [dial, connected] = [{ event: 'dial', node: 'a' }, { event: 'connected' }] as const
    expect(compared([{ ...dial, node: 'b' }], [dial])).toBe('- dial node="b"\n+ dial node="a"')
    expect(compared([dial, connected], [dial])).toBe('  dial node="a"\n- connected')
    expect(compared([dial], [dial, connected])).toBe('  dial node="a"\n+ connected')
    expect(compared([connected, dial], [dial, connected])).toBe('- connected\n  dial node="a"\n+ connected')
  })

  test('differ where null is expected and nothing is there', () => {
    expect(compared([{ event: 'dial', to: null }], [{ event: 'dial' }])).toBe('- dial to=null\n+ dial')
  })

  test('are shown with as much in common as there is', () => {
    const log = (...names: readonly string[]) => names.map(node => ({ event: 'dial' as const, node }))
    expect(compared(log('a', 'b', 'c', 'd'), log('x', 'b', 'd', 'e'))).toBe(
      [
        '- dial node="a"',
        '+ dial node="x"',
        '  dial node="b"',
        '- dial node="c"',
        '  dial node="d"',
        '+ dial node="e"',
      ].join('\n'),
    )
  })
})

test('an entry is printed on one line', () => {
  expect(printEntry({ at: 15, event: 'handoff:started', to: null, graceMs: 1_000 })).toBe(
    '    15 ms handoff:started to=null graceMs=1000',
  )
})
