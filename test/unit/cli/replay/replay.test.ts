import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { printCaptureEntry, printHeader } from '../../../../src/capture/format/print-capture.js'
import { parseReplayArgs } from '../../../../src/cli/replay/replay-args.js'
import { runReplay } from '../../../../src/cli/replay/replay-program.js'
import { encodeCommand, pushFrame } from '../../../../src/wire/encoder.js'
import { CommandRun } from '../../../support/command-run.js'

let file: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replay-'))
  file = join(folder, 'window.jsonl')
  const hello = encodeCommand(['HELLO', '3'])
  await writeFile(
    file,
    [
      printHeader({ version: 1, startedAt: 0, by: 'a test', what: 'a window', redacted: true }),
      printCaptureEntry({ at: 0, type: 'opened', connection: 1, server: 'h:1' }),
      printCaptureEntry({ at: 1, type: 'data', connection: 1, from: 'client', bytes: Buffer.from(hello) }),
      printCaptureEntry({ at: 2, type: 'data', connection: 1, from: 'server', bytes: Buffer.from('+OK\r\n') }),
      printCaptureEntry({
        at: 9,
        type: 'data',
        connection: 1,
        from: 'server',
        bytes: pushFrame(['MIGRATED', 2, '["1"]']),
      }),
      printCaptureEntry({ at: 12, type: 'closed', connection: 1, by: 'server' }),
      '',
    ].join('\n'),
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Connects as a client that says hello, and does not mind how it ends. */
async function greet(run: CommandRun): Promise<Socket> {
  const [, port = ''] = /127\.0\.0\.1[^\d]+(\d+)/.exec(await run.line(/127\.0\.0\.1/)) ?? []
  const client = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void client.destroy())
  client.on('error', () => {})
  client.resume()
  await once(client, 'connect')
  client.write(encodeCommand(['HELLO', '3']))
  return client
}

describe('replay', () => {
  it('tells what it plays, and ends when all was played', async () => {
    const run = new CommandRun(runReplay, [file, '--speed', '1000', '--exit'])
    await greet(run)
    expect(await run.code).toBe(0)
    expect(run.terminal.printed.slice(1)).toEqual([
      expect.stringMatching(/s {2}#1 {2}migrated #2: shard 1 have migrated$/),
      expect.stringMatching(/s {2}#1 {2}closed$/),
      '0 left',
    ])
  })

  it('--json tells the same in objects', async () => {
    const run = new CommandRun(runReplay, [file, '--speed', '1000', '--exit', '--json'])
    await greet(run)
    expect(await run.code).toBe(0)
    expect(run.terminal.printed.slice(1).map(line => JSON.parse(line))).toEqual([
      { connection: 1, afterMs: expect.any(Number), result: expect.objectContaining({ outcome: 'accepted' }) },
      { connection: 1, afterMs: expect.any(Number), closed: true },
    ])
  })

  it('--step says that no client waits where none came', async () => {
    const run = new CommandRun(runReplay, [file, '--step'], ['next'])
    await run.complaint(/No client waits/)
    expect(await run.interrupt()).toBe(0)
    expect(run.terminal.printed.at(-1)).toBe('2 left')
  })

  it.each([
    [[], /The capture is missing/],
    [['a', 'b'], /One capture at a time/],
    [['a', '--step', '--speed', '2'], /exclude each other/],
    [['a', '--speed', '0'], /--speed must be a number/],
  ])('%j are refused', (argv, message) => {
    expect(() => parseReplayArgs(argv)).toThrow(message)
  })
})
