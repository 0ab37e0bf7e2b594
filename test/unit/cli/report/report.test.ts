import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runReport } from '../../../../src/cli/report/report-program.js'
import { CapturedTerminal } from '../../../support/captured-terminal.js'

const HEADER = `{"format":"redis-hitless-capture","startedAt":"2026-11-27T02:00:00.000Z","version":1,"by":"a test","what":"Monday","redacted":true}\n`
const OPENED = `{"at":0,"type":"opened","connection":1,"server":"redis.example:6379"}\n`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'redis-hitless-test-'))
  writeFileSync(at('one.capture.jsonl'), HEADER + OPENED)
  writeFileSync(at('none.capture.jsonl'), HEADER.replace('Monday', 'Tuesday'))
  writeFileSync(at('notes.txt'), 'buy milk\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

function at(name: string): string {
  return join(folder, name)
}

async function report(...argv: readonly string[]) {
  const terminal = new CapturedTerminal()
  return { code: await runReport(argv, { terminal }), ...terminal }
}

it('puts several captures on one page, and counts their connections', async () => {
  const { code, printed } = await report(at('one.capture.jsonl'), at('none.capture.jsonl'), '-o', at('page.html'))
  expect(code).toBe(0)
  expect(printed).toEqual(['one.capture.jsonl: 1 connection', 'none.capture.jsonl: 0 connections', at('page.html')])
  const page = readFileSync(at('page.html'), 'utf8')
  expect(page.indexOf('Monday')).toBeLessThan(page.indexOf('Tuesday'))
})

it('tells machines where the page is, how large, and how many connections are on it', async () => {
  const { code, printed } = await report(at('one.capture.jsonl'), '--output', at('json.html'), '--json')
  expect(code).toBe(0)
  const bytes = readFileSync(at('json.html')).length
  expect(JSON.parse(printed.join('\n'))).toEqual({ output: at('json.html'), bytes, connections: [1] })
})

it('names a file that is no capture, and one that is not there, and makes no page', async () => {
  const strange = await report(at('notes.txt'), '-o', at('strange.html'))
  expect(strange).toMatchObject({ code: 1, printed: [], complained: [expect.stringContaining('notes.txt: ')] })
  const missing = await report(at('missing.jsonl'), '-o', at('strange.html'))
  expect(missing).toMatchObject({ code: 1, complained: [expect.stringContaining('missing.jsonl')] })
  expect(() => readFileSync(at('strange.html'))).toThrow('ENOENT')
})

it('says that the page cannot be written', async () => {
  const { code, complained } = await report(at('one.capture.jsonl'), '-o', at('no/such/page.html'))
  expect({ code, complained }).toEqual({ code: 1, complained: [expect.stringContaining('no/such/page.html')] })
})

it.each([
  ['without a capture', [], 'The capture is missing'],
  ['without a page', ['one.jsonl'], '--output is missing'],
  ['with an option that does not exist', ['one.jsonl', '--outpt', 'x'], '--outpt'],
])('%s explains how it is called', async (_, argv, complaint) => {
  const { code, complained } = await report(...argv)
  expect(code).toBe(2)
  expect(complained.join()).toContain(complaint)
  expect(complained.join()).toContain('Usage: redis-hitless report')
})

it('explains itself', async () => {
  expect(await report('--help')).toMatchObject({ code: 0, printed: [expect.stringContaining('Examples')] })
})
