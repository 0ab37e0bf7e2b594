import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRecordArgs } from '../../../../src/cli/record/record-args.js'
import { runRecord } from '../../../../src/cli/record/record-program.js'
import { CommandRun } from '../../../support/command-run.js'
import { plainAnswer, type ScriptedAnswer, startScripted } from '../../../support/scripted-server.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'record-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A port on which nothing listens. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

function record(url: string, file = 'capture.jsonl', ...argv: readonly string[]): CommandRun {
  return new CommandRun(runRecord, [url, '-o', join(folder, file), ...argv])
}

async function refused(url: string, file?: string) {
  const { code, terminal } = record(url, file)
  return { code: await code, printed: terminal.text, said: terminal.complained.join() }
}

describe('record', () => {
  it('says of a dead port that nothing listens there, and writes no file', async () => {
    const { code, printed, said } = await refused(`127.0.0.1:${await deadPort()}`, 'dead.jsonl')
    expect({ code, printed }).toEqual({ code: 1, printed: '' })
    expect(said).toContain('nothing listens at redis://127.0.0.1:')
    await expect(readFile(join(folder, 'dead.jsonl'))).rejects.toThrow(/ENOENT/)
  })

  it.each([
    ['a wrong password', ':pa55word@', '-WRONGPASS no\r\n', 'refuses the user or the password (WRONGPASS)'],
    ['a server without room', '', '-ERR max number of clients reached\r\n', 'has no room for another connection'],
    ['a server that hangs up', '', 'hang-up', 'The server closed the connection'],
  ] as const)('names %s', async (_, user, answer, text) => {
    const { endpoint } = await startScripted({ answer: (): ScriptedAnswer => answer })
    const { code, said } = await refused(`redis://${user}127.0.0.1:${endpoint.port}`)
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining(text) })
    expect(said).not.toContain('pa55word')
  })

  it('says of a file that cannot be written why, before clients connect', async () => {
    const { endpoint } = await startScripted({ answer: plainAnswer })
    const { code, printed, said } = await refused(`127.0.0.1:${endpoint.port}`, 'no/such/folder')
    expect({ code, printed, said }).toEqual({ code: 1, printed: '', said: expect.stringContaining('ENOENT') })
  })

  it('leaves the password to clients, and complains once of a server that hangs up on them', async () => {
    const { endpoint } = await startScripted({
      answer: (words, dial) => (dial === 1 ? '-NOAUTH first\r\n' : plainAnswer(words)),
    })
    const run = record(`127.0.0.1:${endpoint.port}`, 'served.jsonl', '--json')
    const { listening } = JSON.parse(await run.line(/listening/)) as { listening: { port: number } }
    const client = connect(listening.port, '127.0.0.1')
    client.write('*1\r\n$4\r\nPING\r\n')
    await once(client, 'data')
    client.destroy()
    await once(client, 'close')
    expect(await run.interrupt()).toBe(0)
    expect(JSON.parse(run.terminal.printed.at(-1) ?? '')).toMatchObject({ connections: 1, redacted: true })
    expect(await readFile(join(folder, 'served.jsonl'), 'utf8')).toContain('PING')
  })

  it('--for must be a time', () => {
    expect(() => parseRecordArgs(['h:1', '-o', 'x', '--for', ''])).toThrow(/--for must be a number/)
    expect(parseRecordArgs(['h:1', '-o', 'x', '--for', '2']).forMs).toBe(2_000)
    expect(parseRecordArgs(['h:1', '-o', 'x']).forMs).toBeUndefined()
  })
})
