import { describe, expect, it } from 'vitest'
import { printCaptureEntry, printHeader } from '../../../../src/capture/format/print-capture.js'
import { runDecode } from '../../../../src/cli/decode/decode-program.js'
import { pushFrame } from '../../../../src/wire/encoder.js'
import { CapturedTerminal } from '../../../support/captured-terminal.js'

const MOVING = pushFrame(['MOVING', 17, 15, '10.0.0.12:6379'])
const TOLD = 'moving #17: leave within 15 s for 10.0.0.12:6379'

async function decode(pieces: readonly (Buffer | string)[], ...argv: readonly string[]) {
  const terminal = new CapturedTerminal()
  const parts = {
    terminal,
    input: (async function* () {
      for (const piece of pieces) yield Buffer.from(piece)
    })(),
    signal: AbortSignal.any([]),
    programs: { player: '', path: (program: string) => program },
    scenarios: 'spec/scenarios/',
    version: '1.2.3',
  }
  const code = await runDecode(argv, parts)
  return { code, printed: terminal.printed, complained: terminal.complained.join('\n') }
}

describe('decode', () => {
  it.each([
    ['bytes', [MOVING], []],
    ['bytes in pieces', [MOVING.subarray(0, 11), MOVING.subarray(11)], []],
    ['bytes as a log prints them', [MOVING.toString().replaceAll('\r\n', String.raw`\r\n`)], []],
    ['bytes without carriage returns', [MOVING.toString().replaceAll('\r', '')], []],
    ['words', ['MOVING 17 15 10.0.0.12:6379\n'], []],
    ['hexadecimal digits', [`${MOVING.toString('hex')}\n`], ['--format', 'hex']],
    ['base64', [`${MOVING.toString('base64')}\n`], ['--format', 'base64']],
  ])('reads %s', async (_, pieces, argv) => {
    expect(await decode(pieces, ...argv)).toEqual({ code: 0, printed: [TOLD], complained: '' })
  })

  it.each([
    ['MIGRATING 1 2 ["1","2"]', 'migrating #1: shards 1, 2 migrate within 2 s'],
    ['MIGRATED 2 ["1"]', 'migrated #2: shard 1 have migrated'],
    ['FAILING_OVER 3 2 ["1"]', 'failing-over #3: shard 1 fail over within 2 s'],
    ['FAILED_OVER 4', 'failed-over #4: unnamed shards have failed over'],
    ['SMIGRATING 5 0-5,7', 'slots-migrating #5: slots 0-5,7 begin to move'],
    ['MOVING 6 15 null', 'moving #6: leave within 15 s for the configured endpoint'],
    ['HELLO there', 'no notification of maintenance: HELLO'],
    [
      'NotificationType|NodeMaintenanceStarting|StartTimeInUTC|2021-03-02T23:26:57|IsReplica|True',
      'azure-starting: NodeMaintenanceStarting of a replica, from 2021-03-02T23:26:57.000Z on',
    ],
  ])('tells what %s says', async (line, told) => {
    expect(await decode([line])).toEqual({ code: 0, printed: [told], complained: '' })
  })

  it('--json prints one object for each', async () => {
    const { printed } = await decode([MOVING, MOVING], '--json')
    const objects = printed.map(line => JSON.parse(line))
    expect(objects).toHaveLength(2)
    expect(objects[0]).toMatchObject({
      kind: 'notification',
      result: { notification: { type: 'moving', graceMs: 15_000 } },
    })
  })

  it('tells how many other values there are', async () => {
    expect(await decode(['+OK\r\n', MOVING, ':1\r\n'])).toMatchObject({
      printed: [TOLD, '2 values that are no notifications'],
    })
  })

  it('reads a capture with its times and connections', async () => {
    const header = { version: 1, startedAt: 0, by: 'test', what: 'test', redacted: true }
    const entry = { type: 'data', at: 1_250, connection: 2, from: 'server', bytes: MOVING } as const
    const event = { type: 'event', at: 1_300, name: 'handoff:started', payload: {} } as const
    const lines = [printHeader(header), printCaptureEntry(entry), printCaptureEntry(event), '']
    const { code, printed } = await decode([lines.join('\n')])
    expect({ code, printed }).toEqual({
      code: 0,
      printed: [`    1.250 s  #2  ${TOLD}`, '    1.300 s  event handoff:started'],
    })
  })

  it.each([
    ['a notification that makes no sense', ['MOVING x y z'], /rejected MOVING/],
    ['bytes that end within a value', [MOVING.subarray(0, 20)], /ends within a value/],
    ['bytes that are no RESP', [Buffer.concat([MOVING, Buffer.from('?\r\n')])], /byte|'\?'/],
    ['a capture that was cut off', ['{"format":"redis-hitless-capture","version":1'], /was cut off/],
  ])('fails at %s', async (_, pieces, message) => {
    const { code, printed, complained } = await decode(pieces)
    expect(code).toBe(1)
    expect([...printed, complained].join('\n')).toMatch(message)
  })

  it('refuses a format that it does not know', async () => {
    expect(await decode([], '--format', 'xml')).toMatchObject({
      code: 2,
      complained: expect.stringMatching(/--format must be one of/),
    })
  })
})
