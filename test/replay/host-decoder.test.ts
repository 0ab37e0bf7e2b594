import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { decodePush } from '../../src/notifications/decode.js'

interface HostDecoder {
  write(chunk: Uint8Array): void
}

interface HostModule {
  readonly Decoder: new (handlers: {
    readonly onReply: (reply: unknown) => void
    readonly onErrorReply: (error: unknown) => void
    readonly onPush: (items: readonly unknown[]) => void
    readonly getTypeMapping: () => TypeMapping
  }) => HostDecoder
  readonly RESP_TYPES: Readonly<Record<string, number>>
}

type TypeMapping = Readonly<Record<number, unknown>>

const require = createRequire(import.meta.url)
const ROOT = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const HOSTS = [
  '@redis/client',
  'redis-client-6.2',
  'redis-client-6.1',
  'redis-client-6.0',
  'redis-client-5.12',
  'redis-client-5.11',
  'redis-client-5.10',
]
const FOLDERS = ['captured', 'shapes', 'malformed']

/** The hosts round integers beyond 2^53, and know no attributes. */
const BEYOND_THE_HOSTS = ['moving-sequence-unsafe', 'migrated-sequence-int64-max', 'moving-endpoint-attributed']

describe.each(HOSTS)('the decoder of %s', host => {
  const { Decoder, RESP_TYPES } = require(`${host}/dist/lib/RESP/decoder`) as HostModule

  test.each(Object.entries(mappingsOf(host, RESP_TYPES)))('feeds every fixture with %s', (_name, mapping) => {
    const differing = fixtures().filter(({ bytes, expected }) => {
      const results: unknown[] = []
      const decoder = new Decoder({
        onReply: () => {},
        onErrorReply: () => {},
        onPush: items => results.push(essence(decodePush(items, 0))),
        getTypeMapping: () => mapping,
      })
      decoder.write(bytes)
      return JSON.stringify(results) !== JSON.stringify(expected)
    })
    expect(differing.map(({ name }) => name)).toEqual([])
  })
})

function mappingsOf(host: string, types: HostModule['RESP_TYPES']): Readonly<Record<string, TypeMapping>> {
  const { VerbatimString } = require(`${host}/dist/lib/RESP/verbatim-string`) as { readonly VerbatimString: unknown }
  const code = (type: string): number => types[type] ?? -1
  return {
    'no mapping': {},
    'blobs as buffers': { [code('BLOB_STRING')]: Buffer },
    'all strings as buffers': {
      [code('BLOB_STRING')]: Buffer,
      [code('SIMPLE_STRING')]: Buffer,
      [code('VERBATIM_STRING')]: Buffer,
    },
    'verbatim strings, sets and maps as objects': {
      [code('VERBATIM_STRING')]: VerbatimString,
      [code('SET')]: Set,
      [code('MAP')]: Map,
    },
    'maps as arrays and doubles as text': { [code('MAP')]: Array, [code('DOUBLE')]: String },
    'integers as text': { [code('NUMBER')]: String, [code('BIG_NUMBER')]: String },
  }
}

function fixtures(): readonly {
  readonly name: string
  readonly bytes: Buffer
  readonly expected: readonly unknown[]
}[] {
  return FOLDERS.flatMap(folder =>
    readdirSync(`${ROOT}${folder}`)
      .filter(file => file.endsWith('.resp'))
      .map(file => file.slice(0, -'.resp'.length))
      .filter(name => !BEYOND_THE_HOSTS.includes(name))
      .map(name => ({
        name: `${folder}/${name}`,
        bytes: readFileSync(`${ROOT}${folder}/${name}.resp`),
        expected: expectedOf(`${ROOT}${folder}/${name}.expected.json`),
      })),
  )
}

function expectedOf(path: string): readonly unknown[] {
  const { frames } = JSON.parse(readFileSync(path, 'utf8')) as { readonly frames: readonly object[] }
  return frames.filter(frame => !('reply' in frame)).map(essence)
}

/** What a result says, whatever the order of its keys; values differ in spelling from host to host only in reasons. */
function essence(result: object): unknown {
  const {
    outcome,
    name,
    notification = {},
  } = result as {
    readonly outcome: string
    readonly name?: string
    readonly notification?: Readonly<Record<string, unknown>>
  }
  const { raw: _raw, receivedAt: _at, sequence, ...fields } = notification
  const number = typeof sequence === 'bigint' ? { $bigint: String(sequence) } : sequence
  return [outcome, name, number, Object.entries(fields).sort()]
}
