import { type IncomingMessage, request } from 'node:http'

const PING_LIMIT_MS = 3_000
const PULL_LIMIT_MS = 180_000

/** Why containers cannot be used, or `undefined` when they can. Bounded in time, whatever Docker does. */
export async function whyNoContainer(image: string): Promise<string | undefined> {
  if ((await ask('GET', '/_ping', PING_LIMIT_MS)) !== 200) return 'no Docker'
  const inspect = `/images/${encodeURIComponent(image)}/json`
  if ((await ask('GET', inspect, PING_LIMIT_MS)) === 200) return undefined
  await ask('POST', `/images/create?${toPullQuery(image)}`, PULL_LIMIT_MS)
  if ((await ask('GET', inspect, PING_LIMIT_MS)) === 200) return undefined
  return `Docker answers, but the image ${image} is neither here nor to be had`
}

function toPullQuery(image: string): string {
  const colon = image.lastIndexOf(':')
  const tagged = colon > image.lastIndexOf('/')
  const fromImage = tagged ? image.slice(0, colon) : image
  return new URLSearchParams({ fromImage, tag: tagged ? image.slice(colon + 1) : 'latest' }).toString()
}

/** Asks the Docker daemon something; resolves with the status once the answer is complete, or 0 without one. */
function ask(method: string, path: string, limitMs: number): Promise<number> {
  return new Promise(resolve => {
    const asked = request({ ...daemon(), method, path, signal: AbortSignal.timeout(limitMs) }, answer => {
      drain(answer).then(
        () => resolve(answer.statusCode ?? 0),
        () => resolve(0),
      )
    })
    asked.on('error', () => resolve(0))
    asked.end()
  })
}

async function drain(answer: IncomingMessage): Promise<void> {
  for await (const _ of answer);
}

function daemon(): { socketPath: string } | { host: string; port: number } {
  const { DOCKER_HOST = 'unix:///var/run/docker.sock' } = process.env
  const url = new URL(DOCKER_HOST)
  return url.protocol === 'unix:'
    ? { socketPath: url.pathname }
    : { host: url.hostname, port: Number(url.port) || 2375 }
}
