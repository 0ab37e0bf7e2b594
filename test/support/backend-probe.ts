import { findRedisServer } from '../../src/simulator/index.js'
import { whyNoContainer } from './backend-docker.js'

/** The back ends that tests with a server run over. */
const BACKEND_NAMES = ['store', 'redis-server', 'container'] as const

/** One of {@link BACKEND_NAMES}. */
export type BackendName = (typeof BACKEND_NAMES)[number]

/** Whether a back end is there. */
export interface BackendReport {
  readonly name: BackendName
  /** Why it is absent; `undefined` when it is there. */
  readonly absence: string | undefined
  /** What it is, for people. */
  readonly detail: string
  /** Whether its absence fails the run. */
  readonly required: boolean
}

/** The image that containers are made of: `REDIS_HITLESS_TEST_IMAGE`, or `redis:8`. */
export function testImage(): string {
  const { REDIS_HITLESS_TEST_IMAGE = '' } = process.env
  return REDIS_HITLESS_TEST_IMAGE === '' ? 'redis:8' : REDIS_HITLESS_TEST_IMAGE
}

/** Looks for every back end. */
export async function probeBackends(): Promise<readonly BackendReport[]> {
  const server = findRedisServer()
  const image = testImage()
  const found = {
    store: { detail: 'built in', absence: undefined },
    'redis-server': { detail: server ?? '', absence: server === undefined ? 'no redis-server on the PATH' : undefined },
    container: { detail: image, absence: await whyNoContainer(image) },
  }
  const required = requiredNames()
  return BACKEND_NAMES.map(name => ({ name, ...found[name], required: required.has(name) }))
}

/** One line about all of them. */
export function summarise(reports: readonly BackendReport[]): string {
  const parts = reports.map(
    ({ name, absence, detail }) => `${name} (${absence === undefined ? detail : `skipped: ${absence}`})`,
  )
  return `Back ends: ${parts.join(', ')}`
}

/** Those that `REDIS_HITLESS_REQUIRE_BACKENDS` lists; without it, under `CI`, all. */
function requiredNames(): ReadonlySet<string> {
  const { REDIS_HITLESS_REQUIRE_BACKENDS: listed, CI = '' } = process.env
  if (listed !== undefined) return new Set(listed.split(',').map(name => name.trim()))
  return new Set(CI === '' || CI === 'false' ? [] : BACKEND_NAMES)
}
