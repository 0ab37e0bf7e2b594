import { createClientPool, type HitlessClientPool } from '../../../adapters/node-redis/drop-in/hitless-client.js'
import { waitUntil } from '../../program/wait-until.js'
import type { GrowthOrder, GrowthReport } from './growth-messages.js'

// The program of a process of its own with one pool in it: what its heap holds is that pool.

const WARM_UP = 20
const LEFT_WITHIN_MS = 30_000

// Both ends of the channel are this package.
const { url, connections } = JSON.parse(process.argv[2] ?? '{}') as GrowthOrder
process.on('disconnect', () => process.exit(0))

const first = await open(WARM_UP)
first.destroy()

const bytesBefore = settledBytes()
const startedAt = performance.now()
const pool = await open(connections)
const connectMs = performance.now() - startedAt
const moved = allMoved(pool)
report({ type: 'connected' })
const { moveMs, moveCpuMs } = await moved
await waitUntil(() => pool.maint.status().connections === connections, { withinMs: LEFT_WITHIN_MS, everyMs: 10 })
report({ type: 'moved', connectMs, moveMs, moveCpuMs, bytes: settledBytes() - bytesBefore })
pool.destroy()

async function open(size: number): Promise<HitlessClientPool> {
  const opened: HitlessClientPool = createClientPool(
    // What is spread in time on purpose would not be measured otherwise.
    { url, maintNotifications: { handoff: { spread: 0 } } },
    { minimum: size, maximum: size },
  )
  opened.on('error', () => {})
  return opened.connect()
}

function allMoved({ maint }: HitlessClientPool): Promise<{ moveMs: number; moveCpuMs: number }> {
  let left = connections
  let begun: { readonly at: number; readonly cpu: NodeJS.CpuUsage } | undefined
  return new Promise(resolve => {
    maint.on('handoff:started', () => {
      begun ??= { at: performance.now(), cpu: process.cpuUsage() }
    })
    maint.on('handoff:completed', () => {
      left -= 1
      if (left > 0 || begun === undefined) return
      const { user, system } = process.cpuUsage(begun.cpu)
      resolve({ moveMs: performance.now() - begun.at, moveCpuMs: (user + system) / 1_000 })
    })
  })
}

function settledBytes(): number {
  for (let pass = 0; pass < 3; pass += 1) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

function report(message: GrowthReport): void {
  if (process.connected) process.send?.(message)
}
