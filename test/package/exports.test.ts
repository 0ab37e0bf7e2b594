import * as client from '@redis/client'
import * as ioredis from 'ioredis'
import * as redis from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSelfSigned } from '../../src/simulator/tls/self-signed.js'
import { Consumer } from '../support/consumer.js'

/** What Node adds to the names of a CommonJS module; which of them depends on its version. */
const ADDED_BY_NODE = /^(__esModule|default|module\.exports)$/

function join(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].filter(name => !ADDED_BY_NODE.test(name)).sort()
}

const ROOT = [
  'AZURE_CHANNEL',
  'ERROR_CODES',
  'HitlessError',
  'MAINT_EVENT_NAMES',
  'decodeAzureMessage',
  'decodePush',
  'isHitlessError',
  'windowOf',
]
const ADAPTER = [
  'SUPPORTED_HOST_VERSIONS',
  'createClient',
  'createClientPool',
  'createCluster',
  'createNodeRedisAdapter',
]

/** Everything that can be imported at run time. A name here is a promise: removing one breaks somebody. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  'redis-hitless': ROOT,
  'redis-hitless/node-redis': join(ADAPTER, ROOT, Object.keys(client)),
  'redis-hitless/redis': join(ADAPTER, ROOT, Object.keys(redis)),
  'redis-hitless/ioredis': join(['SUPPORTED_IOREDIS_VERSIONS', 'createIoredisAdapter'], ROOT, Object.keys(ioredis)),
  'redis-hitless/simulator': [
    'AZURE_WALKTHROUGH',
    'MOVING_ENDPOINT_TYPES',
    'MovingName',
    'createSimulator',
    'findRedisServer',
    'playAzureWalkthrough',
  ],
  'redis-hitless/observe': [
    'MEASURES',
    'MEASURE_NAMES',
    'createLogging',
    'createMetricsHook',
    'createOpenTelemetry',
    'createPrometheus',
    'measure',
    'prometheusNameOf',
  ],
  'redis-hitless/capture': [
    'CAPTURE_VERSION',
    'CaptureWriter',
    'ConnectionRecorder',
    'NotificationFinder',
    'STEP_NAMES',
    'commandsIn',
    'createCaptureServer',
    'createRecordProxy',
    'createReport',
    'notificationsIn',
    'playCapture',
    'readCapture',
    'readEntries',
    'recordProcess',
  ],
  'redis-hitless/wire': [
    'FrameScanner',
    'PushTap',
    'RespAttributed',
    'RespDecoder',
    'RespError',
    'RespPush',
    'RespVerbatim',
    'encodeCommand',
    'encodeValue',
  ],
  'redis-hitless/testing': [
    'compareLogs',
    'createScenarioSchema',
    'createVirtualClock',
    'listScenarios',
    'loadScenario',
    'parseScenario',
    'printEntry',
    'runScenario',
    'startRehearsal',
    'watchLeaks',
  ],
}
const HOSTS: Readonly<Record<string, string>> = {
  'redis-hitless/node-redis': '@redis/client',
  'redis-hitless/redis': 'redis',
  'redis-hitless/ioredis': 'ioredis',
}

/** What an application gets from here in the place of what its host exports. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  'redis-hitless/node-redis': ['createClient', 'createClientPool', 'createCluster', 'createSentinel'],
  'redis-hitless/redis': ['createClient', 'createClientPool', 'createCluster', 'createSentinel'],
  'redis-hitless/ioredis': ['Cluster', 'Redis', 'default'],
}

let consumer: Consumer
let withoutHost: Consumer
beforeAll(async () => {
  consumer = await Consumer.create({ peers: true })
  withoutHost = await Consumer.create({ peers: false })
})
afterAll(() => Promise.all([consumer.dispose(), withoutHost.dispose()]))

function importing(subpath: string): string {
  return printing(`await import('${subpath}')`)
}

function requiring(subpath: string): string {
  return printing(`require('${subpath}')`)
}

function printing(module: string): string {
  return `console.log(JSON.stringify(Object.keys(${module}).filter(name => !${ADDED_BY_NODE}.test(name)).sort()))`
}

it('lists every subpath', () => {
  const subpaths = Object.keys(EXPORTS).map(name => name.replace('redis-hitless', '.'))
  const data = ['./package.json', './scenario.schema.json']
  expect(Object.keys(consumer.manifest.exports).sort()).toEqual([...subpaths, ...data].sort())
})

describe.each(Object.entries(EXPORTS))('%s', (subpath, names) => {
  it('exports exactly the documented names to import', async () => {
    const { stdout, stderr } = await consumer.evaluate('module', importing(subpath))
    expect({ names: JSON.parse(stdout), stderr }).toEqual({ names, stderr: '' })
  })

  it('exports the same to require, without a warning', async () => {
    const { stdout, stderr } = await consumer.evaluate('commonjs', requiring(subpath))
    expect({ names: JSON.parse(stdout), stderr }).toEqual({ names, stderr: '' })
  })
})

it.each(Object.keys(EXPORTS).filter(subpath => HOSTS[subpath] === undefined))(
  '%s works where no host library is installed',
  async subpath => {
    const { code, stderr } = await withoutHost.evaluate('module', importing(subpath))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  },
)

it.each(Object.entries(HOSTS))('%s names %s where that is missing', async (subpath, host) => {
  const { code, stderr } = await withoutHost.evaluate('module', importing(subpath))
  expect(code).toBe(1)
  expect(stderr).toContain(`Cannot find package '${host}'`)
})

it.each(Object.entries(HOSTS))('%s hands out its own clients, not those of %s', async (subpath, host) => {
  const code = `const [own, host] = [require('${subpath}'), require('${host}')]
    const kept = Object.keys(host).filter(name => own[name] === host[name])
    const replaced = Object.keys(host).filter(name => !kept.includes(name))
    import('${subpath}').then(imported => console.log(JSON.stringify({
      replaced: replaced.sort(),
      different: Object.keys(own).filter(name => name !== '__esModule' && own[name] !== imported[name])
    })))`
  const { stdout } = await consumer.evaluate('commonjs', code)
  expect(JSON.parse(stdout)).toEqual({ replaced: REPLACED[subpath], different: [] })
})

it.each([
  ['import', 'module', "import Redis, { Redis as Named } from 'redis-hitless/ioredis'; import Host from 'ioredis'"],
  [
    'require',
    'commonjs',
    "const Redis = require('redis-hitless/ioredis'); const Named = Redis.Redis, Host = require('ioredis')",
  ],
] as const)('the class of ioredis is had by %s, as the host has its own', async (_, type, line) => {
  const code = `${line}
    const redis = new Redis({ lazyConnect: true })
    console.log(Redis === Named, redis instanceof Host, redis.duplicate({}) instanceof Redis, redis.maint.status().state)`
  const { stdout, stderr } = await consumer.evaluate(type, code)
  expect({ stdout, stderr }).toEqual({ stdout: 'true true true idle\n', stderr: '' })
})

describe('the simulator', () => {
  const starting = (tls: unknown): string => `const { createSimulator } = await import('redis-hitless/simulator')
    const started = await createSimulator({ nodes: [{ tls: ${JSON.stringify(tls)} }] }).catch(error => error)
    console.log(JSON.stringify(started.node ? { certificate: started.node.certificate } : started))
    await started.dispose?.()`

  it('makes certificates where the library for that is installed', async () => {
    const { stdout, stderr } = await consumer.evaluate('module', starting(true))
    expect({ made: JSON.parse(stdout), stderr }).toEqual({
      made: { certificate: expect.stringContaining('BEGIN CERTIFICATE') },
      stderr: '',
    })
  })

  it('names the library for certificates where that is missing', async () => {
    const { stdout } = await withoutHost.evaluate('module', starting(true))
    expect(JSON.parse(stdout)).toMatchObject({ code: 'SIMULATOR_UNAVAILABLE', facts: { package: 'selfsigned' } })
  })

  it('does without that library where it is given a certificate', async () => {
    const identity = await createSelfSigned(['localhost'])
    const { stdout } = await withoutHost.evaluate('module', starting(identity))
    expect(JSON.parse(stdout)).toEqual({ certificate: identity.cert })
  })
})

it('gives out its package.json, and the JSON Schema of scenarios', async () => {
  const code = `const { version } = require('redis-hitless/package.json')
    const { $schema } = require('redis-hitless/scenario.schema.json')
    console.log(version, $schema)`
  const { stdout } = await consumer.evaluate('commonjs', code)
  expect(stdout.trim()).toBe(`${consumer.manifest.version} http://json-schema.org/draft-07/schema#`)
})

it('is one module to import and to require, so that errors are recognised across both', async () => {
  const code = `import { createRequire } from 'node:module'
    const required = createRequire(import.meta.url)('redis-hitless')
    const imported = await import('redis-hitless')
    console.log(required.HitlessError === imported.HitlessError)`
  expect((await consumer.evaluate('module', code)).stdout.trim()).toBe('true')
})

it.each([
  ['redis-hitless/node-redis', 'createClient', `createClient({ maintNotifications: 'sometimes' })`],
  ['redis-hitless/testing', 'parseScenario', `parseScenario('')`],
  [
    'redis-hitless/simulator',
    'createSimulator',
    `const simulator = await createSimulator(); await simulator.dispose(); await simulator.addNode()`,
  ],
])('%s throws the errors that the root exports', async (subpath, name, call) => {
  const code = `import { HitlessError } from 'redis-hitless'
    import { ${name} } from '${subpath}'
    try { ${call} } catch (error) { console.log(error instanceof HitlessError) }`
  expect((await consumer.evaluate('module', code)).stdout.trim()).toBe('true')
})
