import { readFileSync } from 'node:fs'
import * as redis from '@redis/client'
import { describe, expect, it } from 'vitest'
import { createNodeRedisAdapter } from '../../../src/adapters/node-redis/adapter.js'
import { CLUSTER_SEAMS } from '../../../src/adapters/node-redis/cluster/cluster-seams.js'
import type { HostModule } from '../../../src/adapters/node-redis/host-module.js'
import { createCluster } from '../../../src/adapters/node-redis/index.js'
import { hostVersions } from '../../support/host-versions.js'

const rootNodes = [{ url: 'redis://127.0.0.1:1' }]

describe.each(hostVersions)('a cluster over @redis/client $version', ({ host }) => {
  const adapter = createNodeRedisAdapter(host)

  it('is the one of the host, with a member of ours', () => {
    const cluster = adapter.createCluster({ rootNodes })
    expect(cluster).toBeInstanceOf(Object.getPrototypeOf(host.createCluster({ rootNodes }).constructor))
    expect(cluster.maint.status()).toMatchObject({ mode: 'auto', ready: false, clients: 0, nodes: [] })
  })

  it('leaves the host as it was', () => {
    adapter.createCluster({ rootNodes })
    expect(host.createClient()).not.toHaveProperty('maint')
  })

  it('changes no object of the user', () => {
    const defaults = Object.freeze({ socket: Object.freeze({ connectTimeout: 1_000 }), maintNotifications: 'auto' })
    const options = Object.freeze({ rootNodes: Object.freeze([Object.freeze({ ...rootNodes[0] })]), defaults })
    expect(() => adapter.createCluster(options as never)).not.toThrow()
  })

  it('has members of its own where it is a copy', () => {
    const cluster = adapter.createCluster({ rootNodes }) as unknown as ReturnType<typeof createCluster>
    const copy = cluster.duplicate({ hitless: false })
    expect(copy.maint).not.toBe(cluster.maint)
    expect([cluster, copy, copy.duplicate()].map(({ maint }) => maint.status().mode)).toEqual(['auto', 'off', 'off'])
  })
})

it('refuses options that make no sense', () => {
  const invalid = { rootNodes, hitless: { age: { maxAgeMs: -1 } } }
  expect(() => createCluster(invalid)).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
  const defaults = { maintNotifications: { relaxedTimeoutMs: 'long' } } as never
  expect(() => createCluster({ rootNodes, defaults })).toThrow(expect.objectContaining({ code: 'OPTIONS_INVALID' }))
})

it('refuses notifications that are enabled where the protocol has none', () => {
  const refused = expect.objectContaining({ code: 'MAINT_UNSUPPORTED' })
  expect(() => createCluster({ rootNodes, RESP: 2, maintNotifications: 'enabled' })).toThrow(refused)
})

it('names what a host lacks that makes its clients in another way', () => {
  const before = redis.RedisClient.factory
  const asked = { rediscover() {}, nodeClient() {}, getPubSubClient() {}, getShardedPubSubClient() {} }
  const slots = { slots: [], masters: [], replicas: [], nodeByAddress: new Map(), ...asked }
  const proper = { _slots: slots, on() {}, _execute: (_1: never, _2: never, _3: never, _4: never) => {} }
  const createOther = (): unknown => Object.create(Object.assign(proper, { _self: proper }))
  const other = createNodeRedisAdapter({ ...redis, createCluster: createOther } as unknown as HostModule)
  const facts = expect.objectContaining({ missing: ['RedisClient.factory'] })
  expect(() => other.createCluster({ rootNodes })).toThrow(expect.objectContaining({ code: 'HOST_UNSUPPORTED', facts }))
  expect(redis.RedisClient.factory).toBe(before)
})

it('puts the factory of the host back where its cluster cannot be made', () => {
  const before = redis.RedisClient.factory
  expect(() => createCluster({ rootNodes, RESP: 2, clientSideCache: {} })).toThrow('RESP3')
  expect(redis.RedisClient.factory).toBe(before)
})

it('relies on what the specification lists', () => {
  const spec = readFileSync('spec/cluster.md', 'utf8')
  expect(CLUSTER_SEAMS.filter(({ name, purpose }) => !spec.includes(`| \`${name}\` | ${purpose} |`))).toEqual([])
})
