import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSelfSigned } from '../../src/simulator/tls/self-signed.js'
import { Consumer } from '../support/consumer.js'

/** Everything that can be imported at run time. A name here is a promise: removing one breaks somebody. */
const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  'redis-hitless': [
    'AZURE_CHANNEL',
    'ERROR_CODES',
    'HitlessError',
    'MAINT_EVENT_NAMES',
    'PushTap',
    'RespAttributed',
    'RespDecoder',
    'RespError',
    'RespPush',
    'RespVerbatim',
    'decodeAzureMessage',
    'decodePush',
    'encodeCommand',
    'encodeValue',
    'isHitlessError',
  ],
  'redis-hitless/node-redis': ['SUPPORTED_HOST_VERSIONS', 'createClient', 'createClientPool', 'createNodeRedisAdapter'],
  'redis-hitless/simulator': [
    'AZURE_WALKTHROUGH',
    'MOVING_ENDPOINT_TYPES',
    'createSimulator',
    'findRedisServer',
    'playAzureWalkthrough',
  ],
  'redis-hitless/testing': ['compareLogs', 'createVirtualClock', 'parseScenario', 'printEntry', 'runScenario'],
}
const NEEDS_HOST = 'redis-hitless/node-redis'

let consumer: Consumer
let withoutHost: Consumer
beforeAll(async () => {
  consumer = await Consumer.create({ peers: true })
  withoutHost = await Consumer.create({ peers: false })
})
afterAll(() => Promise.all([consumer.dispose(), withoutHost.dispose()]))

function importing(subpath: string): string {
  return `console.log(JSON.stringify(Object.keys(await import('${subpath}')).sort()))`
}

function requiring(subpath: string): string {
  return `console.log(JSON.stringify(Object.keys(require('${subpath}')).filter(name => name !== '__esModule').sort()))`
}

it('lists every subpath', () => {
  const subpaths = Object.keys(EXPORTS).map(name => name.replace('redis-hitless', '.'))
  expect(Object.keys(consumer.manifest.exports).sort()).toEqual([...subpaths, './package.json'].sort())
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

it.each(Object.keys(EXPORTS).filter(subpath => subpath !== NEEDS_HOST))(
  '%s works where no host library is installed',
  async subpath => {
    const { code, stderr } = await withoutHost.evaluate('module', importing(subpath))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  },
)

it('the adapter names the host library where that is missing', async () => {
  const { code, stderr } = await withoutHost.evaluate('module', importing(NEEDS_HOST))
  expect(code).toBe(1)
  expect(stderr).toContain("Cannot find package '@redis/client'")
})

describe('the simulator', () => {
  const printing = (tls: unknown): string => `const { createSimulator } = await import('redis-hitless/simulator')
    const started = await createSimulator({ nodes: [{ tls: ${JSON.stringify(tls)} }] }).catch(error => error)
    console.log(JSON.stringify(started.node ? { certificate: started.node.certificate } : started))
    await started.dispose?.()`

  it('makes certificates where the library for that is installed', async () => {
    const { stdout, stderr } = await consumer.evaluate('module', printing(true))
    expect({ made: JSON.parse(stdout), stderr }).toEqual({
      made: { certificate: expect.stringContaining('BEGIN CERTIFICATE') },
      stderr: '',
    })
  })

  it('names the library for certificates where that is missing', async () => {
    const { stdout } = await withoutHost.evaluate('module', printing(true))
    expect(JSON.parse(stdout)).toMatchObject({ code: 'SIMULATOR_UNAVAILABLE', facts: { package: 'selfsigned' } })
  })

  it('does without that library where it is given a certificate', async () => {
    const identity = await createSelfSigned(['localhost'])
    const { stdout } = await withoutHost.evaluate('module', printing(identity))
    expect(JSON.parse(stdout)).toEqual({ certificate: identity.cert })
  })
})

it('gives out its package.json', async () => {
  const { stdout } = await consumer.evaluate('commonjs', `console.log(require('redis-hitless/package.json').version)`)
  expect(stdout.trim()).toBe(consumer.manifest.version)
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
