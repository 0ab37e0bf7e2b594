import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCaptureFile } from '../../../../src/cli/program/capture-file.js'

const HEADER = {
  format: 'redis-hitless-capture',
  version: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  by: 'x',
  what: 'y',
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capture-file-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it.each([
  ['of a newer version', `${JSON.stringify({ ...HEADER, version: 9, redacted: true })}\n`, /has version 9/],
  ['that was cut off', `${JSON.stringify({ ...HEADER, redacted: true })}\n{"at":`, /Line 2 of the capture has no end/],
  ['without a line', '', /Line 1 of the capture is missing/],
])('a capture %s is refused by its name', async (_, text, reason) => {
  const file = join(folder, 'window.jsonl')
  await writeFile(file, text)
  await expect(readCaptureFile(file)).rejects.toThrow(reason)
  await expect(readCaptureFile(file)).rejects.toThrow(file)
})

it('a file that does not exist, and a folder, are told by their names', async () => {
  const missing = join(folder, 'missing.jsonl')
  await expect(readCaptureFile(missing)).rejects.toThrow(`${missing}: there is no such file`)
  await expect(readCaptureFile(folder)).rejects.toThrow(`${folder}: this is a folder`)
  await expect(readCaptureFile('redis://:secret@h')).rejects.toThrow(/^A capture is a file, not a URL$/)
})
