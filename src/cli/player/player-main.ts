import { systemClock } from '../../base/clock.js'
import { textOf } from '../program/error-text.js'
import { loadClient, loadSingle } from './clients.js'
import { Player } from './player.js'
import type { PlayerOrder, PlayerReport, PlayerSettings } from './player-messages.js'

// The program of a process of its own, so that nothing but the client under load moves its event loop.

// Both ends of the channel are this package.
const settings = JSON.parse(process.argv[2] ?? '{}') as PlayerSettings
const [create, createSingle] = [await loadClient(settings.client), await loadSingle(settings.client)]
const player = new Player(settings, {
  create,
  createSingle,
  report: message => void report(message),
  clock: systemClock,
})

process.on('unhandledRejection', error => player.unhandled(error))
process.on('disconnect', endWithParent)
process.on('message', take)

try {
  await player.start()
  await report({ type: 'connected' })
} catch (error) {
  await breakOff(error)
}

function take(order: PlayerOrder): void {
  if (order.type === 'enter') {
    player.enter(order)
    void report({ type: 'entered', step: order.step })
  } else {
    finish(order.withinMs).then(leave, breakOff)
  }
}

async function finish(withinMs: number): Promise<void> {
  await report({ type: 'finished', result: await player.finish(withinMs) })
}

/** Resolves once it is written; never rejects. */
function report(message: PlayerReport): Promise<void> {
  return new Promise(resolve => {
    if (process.connected && process.send !== undefined) process.send(message, () => resolve())
    else resolve()
  })
}

async function breakOff(error: unknown): Promise<void> {
  await report({ type: 'broken', reason: textOf(error) })
  process.exit(1)
}

/** Lets the process end by itself: whether it does is part of the result. */
function leave(): void {
  process.removeListener('disconnect', endWithParent)
  process.removeListener('message', take)
  if (process.connected) process.disconnect()
}

function endWithParent(): void {
  process.exit(1)
}
