import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { createClient } from '../../src/adapters/node-redis/index.js'
import { createPrometheus } from '../../src/observe/index.js'
import { createSimulator, type SimNode } from '../../src/simulator/index.js'
import { drawDashboard, linesOf, type Panel } from '../support/dashboard-picture.js'
import { loadPrometheus } from '../support/exporters.js'
import { nextEvent } from '../support/rig.js'
import { parseScrape, type Scrape } from '../support/scrapes.js'

const { panels } = JSON.parse(readFileSync('docs/grafana-dashboard.json', 'utf8')) as { panels: readonly Panel[] }

/** Where the picture of the README is written to, when it is to be made again: docs/dashboard.svg. */
const PICTURE = process.env['REDIS_HITLESS_DASHBOARD']

/** Plays maintenance and trouble to a client under load, and scrapes what Prometheus would, after each of them and between. */
async function play(): Promise<readonly Scrape[]> {
  const simulator = await createSimulator({ nodes: 2 })
  onTestFinished(() => simulator.dispose())
  const [a, b] = simulator.nodes as [SimNode, SimNode]
  const client = createClient({
    url: a.url,
    maintNotifications: { relaxedTimeoutMs: 200, tailMs: 0, handoff: { spread: 0 } },
  })
  client.on('error', () => {})
  onTestFinished(() => client.destroy())
  const prometheus = loadPrometheus()
  const register = new prometheus.Registry()
  createPrometheus(prometheus, { register }).observe(client, { name: 'sessions' })
  await client.connect()
  await client.subscribe('news', () => {})

  const scrapes: Scrape[] = []
  const scrape = async (): Promise<void> => void scrapes.push(parseScrape(await register.metrics()))
  const during = async (step: () => Promise<unknown>): Promise<void> => {
    await scrape()
    await step()
    await client.incr('n')
    await scrape()
  }
  const move = (from: SimNode, to: SimNode) => async (): Promise<void> => {
    const moved = nextEvent(client, 'handoff:completed')
    await from.notify({ type: 'moving', graceMs: 5_000, endpoint: to })
    await scrape()
    await moved
  }
  await scrape()
  await during(() => a.notify({ type: 'migrating', graceMs: 5_000 }))
  await during(async () => {
    const restored = nextEvent(client, 'timeouts:restored')
    await a.notify({ type: 'migrated' })
    await restored
  })
  await during(move(a, b))
  await during(async () => {
    const failed = nextEvent(client, 'handoff:failed')
    a.refuse()
    await b.notify({ type: 'moving', graceMs: 400, endpoint: a })
    await failed
    await scrape()
    await a.accept()
    await nextEvent(client, 'handoff:completed')
  })
  await during(async () => {
    const interrupted = nextEvent(client, 'subscriptions:interrupted')
    for (const node of [a, b]) node.reset()
    await interrupted
  })
  await scrape()
  return scrapes
}

it('the dashboard shows what happened, drawn from scrapes of prom-client', async () => {
  const scrapes = await play()
  const shown = Object.fromEntries(
    panels.map(panel => [panel.title, linesOf(panel, scrapes).map(({ legend }) => legend)]),
  )
  expect(shown['Available and ready']).toEqual(['available sessions', 'ready sessions', 'notifications sessions'])
  expect(shown['Notifications']).toEqual(
    expect.arrayContaining(['migrating handled', 'migrated handled', 'moving handled']),
  )
  expect(shown['Hand-offs']).toContain('moving completed')
  expect(shown['Duration of hand-offs, 99 %']).toContain('moving')
  expect(shown['Relaxed for, 99 %']).toContain('migrating')
  expect(shown['Subscriptions without a connection, 99 %']).toEqual(['interrupted'])
  expect(shown['Connections and what waits']).toEqual(['connections', 'commands that wait', 'unanswered for, s'])
  const picture = drawDashboard(panels, scrapes)
  for (const { title } of panels) expect(picture).toContain(`>${title}<`)
  const lines = panels.flatMap(panel => linesOf(panel, scrapes))
  expect(picture.match(/<(?:polyline|circle) /g)).toHaveLength(lines.length)
  if (PICTURE !== undefined) writeFileSync(PICTURE, picture)
})
