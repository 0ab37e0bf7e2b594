import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PlayerReport } from '../../src/cli/player/player-messages.js'
import { type PlayerProcess, startPlayer } from '../../src/cli/player/player-process.js'

const SETTINGS = { client: '@redis/client', url: '', controlUrl: '', workers: 1, restMs: 1, seed: 1 } as const

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-hitless-player-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Starts a program that talks as a player does. */
async function start(program: string, onReport: (report: PlayerReport) => void = () => {}): Promise<PlayerProcess> {
  const path = join(folder, 'player.mjs')
  await writeFile(path, program)
  return startPlayer(path, SETTINGS, onReport)
}

it('tells the player which step begins, and waits until it knows', async () => {
  const reports: PlayerReport[] = []
  const player = await start(
    `process.on('message', order => {
       if (order.type === 'enter') process.send({ type: 'entered', step: order.step })
       else process.send({ type: 'finished', result: { closed: true, settings: process.argv[2] } }, () => process.exit(0))
     })
     process.send({ type: 'connected' })`,
    report => reports.push(report),
  )
  await player.connected
  await player.enter('moving', false)
  expect(reports).toEqual([{ type: 'connected' }, { type: 'entered', step: 'moving' }])
  expect(await player.finish()).toEqual({
    how: 'finished',
    result: { closed: true, settings: JSON.stringify(SETTINGS) },
  })
  expect(player.gone).toBe(true)
})

it('says of what a player died', async () => {
  const player = await start(
    `process.on('message', () => { throw new TypeError('something broke') })
     process.send({ type: 'connected' })`,
  )
  await player.connected
  await player.enter('moving', false)
  expect(await player.finish()).toEqual({
    how: 'died',
    reason: 'it ended with code 1: TypeError: something broke',
  })
})

it('says why a player was killed', async () => {
  const player = await start(`process.on('message', () => {}); process.send({ type: 'connected' })`)
  await player.connected
  player.kill('it opened 2001 connections')
  expect(await player.finish()).toEqual({ how: 'died', reason: 'it opened 2001 connections' })
})

it('rejects when the player cannot connect', async () => {
  const player = await start(`process.send({ type: 'broken', reason: 'ECONNREFUSED' }, () => process.exit(1))`)
  await expect(player.connected).rejects.toThrow('ECONNREFUSED')
  await player.finish()
})

it('rejects when the program is not there', async () => {
  const player = startPlayer(join(folder, 'absent.mjs'), SETTINGS, () => {})
  await expect(player.connected).rejects.toThrow(/Cannot find module/)
  await player.finish()
})
