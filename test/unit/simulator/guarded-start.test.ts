import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { GUARDED_START } from '../../../src/simulator/backends/redis-process.js'

it('ends a server whose starter is gone, and removes its folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-hitless-guard-'))
  const child = spawn('/bin/sh', ['-c', GUARDED_START, folder, 'sleep', '600'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = once(child, 'exit')
  child.stdin.destroy()
  expect(await ended).toEqual([null, 'SIGTERM'])
  await expect.poll(() => existsSync(folder)).toBe(false)
})
