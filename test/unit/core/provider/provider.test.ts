import { describe, expect, it } from 'vitest'
import { chooseProvider } from '../../../../src/core/provider/provider.js'

describe('the provider, by host name', () => {
  it.each([
    ['cache.redis.cache.windows.net', 'azure-cache', '.redis.cache.windows.net'],
    ['cache.privatelink.redis.cache.windows.net', 'azure-cache', '.redis.cache.windows.net'],
    ['cache.redis.cache.chinacloudapi.cn', 'azure-cache', '.redis.cache.chinacloudapi.cn'],
    ['cache.redis.cache.usgovcloudapi.net', 'azure-cache', '.redis.cache.usgovcloudapi.net'],
    ['cache.redis.cache.cloudapi.de', 'azure-cache', '.redis.cache.cloudapi.de'],
    ['amr.westeurope.redis.azure.net', 'azure-managed-redis', '.redis.azure.net'],
    ['amr.chinaeast.redis.chinacloudapi.cn', 'azure-managed-redis', '.redis.chinacloudapi.cn'],
    ['amr.usgov.redis.usgovcloudapi.net', 'azure-managed-redis', '.redis.usgovcloudapi.net'],
    ['e.westeurope.redisenterprise.cache.azure.net', 'azure-managed-redis', '.redisenterprise.cache.azure.net'],
    ['master.name.abc123.euw1.cache.amazonaws.com', 'elasticache', '.cache.amazonaws.com'],
    ['name-abc123.serverless.use1.cache.amazonaws.com', 'elasticache', '.cache.amazonaws.com'],
    ['name.abc123.ng.0001.cnn1.cache.amazonaws.com.cn', 'elasticache', '.cache.amazonaws.com.cn'],
    ['clustercfg.name.abc123.memorydb.us-east-1.amazonaws.com', 'elasticache', '.memorydb.us-east-1.amazonaws.com'],
    ['redis-12345.c1.us-east-1-2.ec2.cloud.redislabs.com', 'redis-cloud', '.redislabs.com'],
    ['redis-12345.c1.us-east-1-mz.ec2.cloud.rlrcp.com', 'redis-cloud', '.rlrcp.com'],
    ['redis-12345.c1.eu-west-1-1.ec2.redns.redis-cloud.com', 'redis-cloud', '.redis-cloud.com'],
    ['redis-12345.c1.us-east-1-2.ec2.cloud.redis.io', 'redis-cloud', '.cloud.redis.io'],
    ['three-word-name-12345.db.redis.io', 'redis-cloud', '.db.redis.io'],
    ['CACHE.Redis.Cache.Windows.NET.', 'azure-cache', '.redis.cache.windows.net'],
  ])('of %s is %s', (host, provider, ending) => {
    const reason = `The host name ends in ${ending}`
    expect(chooseProvider('auto', { host })).toEqual({ provider, reason, chosenBy: 'host name' })
  })

  it.each([
    'localhost',
    'redis.example.com',
    'redis.cache.windows.net.example.com',
    'fakeredis-cloud.com',
    'www.redis.io',
    's3.amazonaws.com',
    '10.0.0.5',
    '::1',
  ])('of %s cannot be told', host => {
    expect(chooseProvider('auto', { host })).toMatchObject({ provider: 'generic', chosenBy: 'default' })
  })
})

it('provider: what the user says counts, whatever the name says', () => {
  const chosen = chooseProvider('memorystore', { host: 'cache.redis.cache.windows.net' })
  expect(chosen).toEqual({ provider: 'memorystore', reason: 'The option `hitless.provider` says so', chosenBy: 'user' })
})

describe('the provider, by what the server says of itself', () => {
  const host = 'redis.internal'

  it('is ElastiCache where INFO says so', () => {
    const reason = 'The server runs on Amazon ElastiCache'
    const chosen = chooseProvider('auto', { host, server: { os: 'Amazon ElastiCache' } })
    expect(chosen).toEqual({ provider: 'elasticache', reason, chosenBy: 'server' })
  })

  it('is Redis Software where it accepts to send notifications', () => {
    const chosen = chooseProvider('auto', { host, server: { server: 'redis', acceptsNotifications: true } })
    expect(chosen).toMatchObject({ provider: 'redis-enterprise', chosenBy: 'server' })
  })

  it('cannot be told from a name and a version, which many give', () => {
    const chosen = chooseProvider('auto', {
      host,
      server: { server: 'valkey', version: '8.1.0', os: 'Linux 6 x86_64' },
    })
    expect(chosen.reason).toBe('The host name tells nothing of who runs the server, and it calls itself valkey 8.1.0')
    expect(chosen.chosenBy).toBe('default')
  })

  it('counts less than the host name', () => {
    const server = { acceptsNotifications: true }
    expect(chooseProvider('auto', { host: 'a.db.redis.io', server })).toMatchObject({ provider: 'redis-cloud' })
  })
})

it('the reason says that an address, or a unix socket, tells nothing', () => {
  expect(chooseProvider('auto', { host: '10.0.0.5' }).reason).toBe('An address tells nothing of who runs the server')
  expect(chooseProvider('auto', { host: undefined }).reason).toContain('unix socket')
})
