import { describe, expect, it } from 'vitest'
import { readServerFacts } from '../../../../src/engine/session/server-facts.js'

const FACTS = { server: 'valkey', mode: 'standalone', role: 'master' }
const ENTRIES = Object.entries({ ...FACTS, proto: 3 })

describe('the answer to HELLO', () => {
  it.each([
    ['an object', Object.fromEntries(ENTRIES)],
    ['a map', new Map(ENTRIES)],
    ['a flat list', ENTRIES.flat()],
    ['buffers', ENTRIES.flat().map(each => Buffer.from(String(each)))],
  ])('is read where the host gives it as %s', (_, reply) => {
    expect(readServerFacts(reply)).toEqual(FACTS)
  })

  it.each([
    ['nothing', null],
    ['a text', 'OK'],
    ['a list without them', ['server', 'redis']],
  ])('says nothing where it is %s', (_, reply) => {
    expect(readServerFacts(reply)).toBeUndefined()
  })
})
