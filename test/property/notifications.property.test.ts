import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalHost, type Endpoint, printEndpoint, sameEndpoint, toEndpoint } from '../../src/base/endpoint.js'
import { decodeAzureMessage } from '../../src/notifications/azure-message.js'
import { decodePush } from '../../src/notifications/decode.js'
import { closes, identityOf } from '../../src/notifications/event-identity.js'
import type { MaintenanceNotification, Sequence, SlotMove, SlotRange } from '../../src/notifications/notification.js'
import { printSlotRanges, toSlotRanges } from '../../src/notifications/slot-ranges.js'
import { isMaintenanceName, WIRE_NAMES } from '../../src/notifications/wire-name.js'

const slot = fc.nat({ max: 16_383 })
const range = fc.tuple(slot, slot).map(([a, b]): SlotRange => ({ from: Math.min(a, b), to: Math.max(a, b) }))
const port = fc.integer({ min: 1, max: 65_535 })
const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6())
const endpoint = fc.record({ host, port })
const place = endpoint.map(printEndpoint)

/** Anything at all, with what the layouts know mixed in often enough to get past their first checks. */
const element: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true }),
  fc.bigInt(),
  fc.integer(),
  fc.double(),
  place,
  fc.array(range).map(printSlotRanges),
  fc.array(fc.tuple(place, place, fc.array(range).map(printSlotRanges))),
  fc.json(),
  fc.uint8Array(),
  fc.constantFrom(null, '', 'null', '?:7002', ':7002', '["27"]'),
)
const name = fc.constantFrom(...WIRE_NAMES, ...WIRE_NAMES.map(text => text.toLowerCase()))
const frame = fc.oneof(
  fc.tuple(name, fc.array(element, { maxLength: 6 })).map(([first, rest]) => [first, ...rest]),
  fc
    .tuple(name, fc.nat(), fc.array(element, { maxLength: 4 }))
    .map(([first, second, rest]) => [first, second, ...rest]),
)

describe('decodePush', () => {
  test('returns a result for any list of anything', () => {
    fc.assert(
      fc.property(fc.array(fc.anything({ withBigInt: true, withMap: true, withSet: true })), items => {
        expect(['accepted', 'ignored', 'rejected']).toContain(decodePush(items, 0).outcome)
      }),
    )
  })

  test('accepts nothing that breaks the promises of the types', () => {
    fc.assert(
      fc.property(frame, items => {
        const result = decodePush(items, 7)
        if (result.outcome === 'accepted') expectSound(result.notification)
        else expect(result).toMatchObject({ outcome: 'rejected', reason: expect.any(String) })
      }),
    )
  })

  test('keeps no more than a few kilobytes of any frame', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20_000 })), texts => {
        const result = decodePush(['SMIGRATED', ...texts], 0)
        const { raw } = result.outcome === 'accepted' ? result.notification : result
        expect(raw.join('').length).toBeLessThan(4_300)
      }),
    )
  })

  test('decodes what a server would send', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        fc.nat({ max: 86_400 }),
        endpoint,
        (number, seconds, to) => {
          const wire = number <= Number.MAX_SAFE_INTEGER ? Number(number) : number
          expect(decodePush(['MOVING', wire, seconds, printEndpoint(to)], 1)).toMatchObject({
            notification: { type: 'moving', sequence: wire, graceMs: seconds * 1_000, endpoint: to },
          })
        },
      ),
    )
  })

  test('decodes moves however many and whatever their order', () => {
    const moves = fc.array(fc.record({ source: endpoint, target: endpoint, slots: fc.array(range, { minLength: 1 }) }))
    fc.assert(
      fc.property(moves, list => {
        const wire = list.map(({ source, target, slots }) => [
          printEndpoint(source),
          printEndpoint(target),
          printSlotRanges(slots),
        ])
        expect(decodePush(['SMIGRATED', 1, wire], 1)).toMatchObject({ notification: { moves: list } })
      }),
    )
  })

  test('does not care whether text comes as strings or buffers', () => {
    fc.assert(
      fc.property(name, fc.array(fc.oneof(place, fc.nat().map(String), fc.string())), (first, rest) => {
        const texts = [first, ...rest]
        expect(
          decodePush(
            texts.map(text => Buffer.from(text)),
            0,
          ),
        ).toEqual(decodePush(texts, 0))
      }),
    )
  })
})

test('a name is recognised exactly when decoding does not ignore it', () => {
  fc.assert(
    fc.property(fc.oneof(name, element), first => {
      expect(isMaintenanceName(first)).toBe(decodePush([first, 1], 0).outcome !== 'ignored')
    }),
  )
})

test('slots read back as they were printed', () => {
  fc.assert(
    fc.property(fc.array(range), ranges => {
      expect(toSlotRanges(printSlotRanges(ranges))).toEqual(ranges)
    }),
  )
})

test('an endpoint reads back as it was printed, and is the same place in upper case', () => {
  fc.assert(
    fc.property(endpoint, original => {
      expect(toEndpoint(printEndpoint(original))).toEqual(original)
      expect(sameEndpoint(original, { ...original, host: original.host.toUpperCase() })).toBe(true)
      expect(canonicalHost(canonicalHost(original.host))).toBe(canonicalHost(original.host))
    }),
  )
})

test('what toEndpoint returns can be dialled, whatever the text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        place,
        fc.tuple(fc.string(), fc.nat()).map(([a, b]) => `${a}:${b}`),
      ),
      text => {
        const result = toEndpoint(text)
        if (result !== undefined) expectDialable(result)
      },
    ),
  )
})

test('decodeAzureMessage returns a result for anything', () => {
  const keys = fc.constantFrom('NotificationType', 'StartTimeInUTC', 'IsReplica', 'IPAddress', 'SSLPort', 'NonSSLPort')
  const text = fc
    .array(fc.oneof(keys, fc.string(), fc.constantFrom('NodeMaintenanceStart', '80', 'True')))
    .map(parts => parts.join('|'))
  fc.assert(
    fc.property(fc.oneof(fc.anything(), text), message => {
      const result = decodeAzureMessage(message, 0)
      if (result.outcome === 'rejected') return
      const { type, wireType, sslPort, nonSslPort, startsAt, ipAddress } = result.notification
      expect(type).toMatch(/^azure-/)
      expect(wireType).not.toBe('')
      expect([sslPort, nonSslPort].every(value => value === null || (value > 0 && value < 65_536))).toBe(true)
      expect(startsAt === null || Number.isFinite(startsAt)).toBe(true)
      expect(ipAddress === null || isIP(ipAddress) > 0).toBe(true)
    }),
  )
})

function expectSound(notification: MaintenanceNotification): void {
  expect(notification.receivedAt).toBe(7)
  expectSequence(notification.sequence)
  expect(identityOf(notification)).toBe(identityOf({ ...notification, receivedAt: 8, raw: [] }))
  expect(closes(notification) === undefined).toBe('graceMs' in notification)
  if ('graceMs' in notification) expectGrace(notification.graceMs)
  switch (notification.type) {
    case 'moving':
      return expectDialable(notification.endpoint)
    case 'slots-migrating':
      return expectRanges(notification.slots)
    case 'slots-migrated':
      return notification.moves.forEach(expectMove)
    default:
      expect(notification.shards.every(id => typeof id === 'string' && id !== '')).toBe(true)
  }
}

function expectSequence(sequence: Sequence | undefined): void {
  if (sequence === undefined) return
  expect(sequence >= 0).toBe(true)
  expect(typeof sequence === 'bigint' || Number.isSafeInteger(sequence)).toBe(true)
}

function expectMove({ source, target, slots }: SlotMove): void {
  expectDialable(source)
  expectDialable(target)
  expectRanges(slots)
  expect(slots.length).toBeGreaterThan(0)
}

function expectGrace(graceMs: number): void {
  expect(Number.isInteger(graceMs) && graceMs >= 0 && graceMs <= 86_400_000).toBe(true)
}

function expectDialable(place: Endpoint | null): void {
  if (place === null) return
  const { host: to, port: at } = place
  expect(Number.isInteger(at) && at >= 1 && at <= 65_535).toBe(true)
  expect(to).toMatch(/^[\w.:%-]+$/)
}

function expectRanges(ranges: readonly SlotRange[]): void {
  expect(ranges.every(({ from, to }) => Number.isInteger(from) && from >= 0 && from <= to && to <= 16_383)).toBe(true)
}
