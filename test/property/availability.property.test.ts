import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSeededRandom } from '../../src/base/random.js'
import { Availability } from '../../src/engine/database/availability.js'
import { createVirtualClock } from '../../src/testing/virtual-clock.js'

/** A caller of a run: when it comes, how it waits, and how long its dials take. */
interface Visitor {
  readonly comesAt: number
  readonly paced: boolean
  readonly leavesAfterMs: number
  readonly dialMs: number
  readonly isForbidden: boolean
}

const visitor: fc.Arbitrary<Visitor> = fc.record({
  comesAt: fc.integer({ min: 0, max: 20_000 }),
  paced: fc.boolean(),
  leavesAfterMs: fc.oneof(fc.constant(1_000_000), fc.integer({ min: 0, max: 2_000 })),
  dialMs: fc.integer({ min: 0, max: 1_500 }),
  isForbidden: fc.nat(9).map(n => n === 0),
})

/** A server that is away between two instants, and what happened at it. */
class World {
  readonly clock = createVirtualClock()
  readonly availability: Availability
  /** Probes under way. */
  probes = 0
  mostProbes = 0
  /** When probes began that were due, and those of callers with an own pace. */
  readonly probedAt: { readonly at: number; readonly retryAt: number; readonly paced: boolean }[] = []
  over = 0
  readonly #awayFrom: number
  readonly #awayTo: number

  constructor(seed: number, [from, to]: readonly [number, number]) {
    this.#awayFrom = from
    this.#awayTo = to
    const random = createSeededRandom(seed)
    this.availability = new Availability({ clock: this.clock, random, maxBackoffMs: 30_000 })
  }

  visit(visit: Visitor): void {
    const signal = new AbortController()
    this.clock.after(visit.comesAt, () => {
      const leaving = this.clock.after(visit.leavesAfterMs, () => signal.abort(new Error('left')))
      const isOutage = (error: unknown): boolean => (error as Error).message === 'away'
      const terms = { signal: signal.signal, isOutage, paced: visit.paced }
      this.availability
        .connect(() => this.#dial(visit, signal.signal), terms)
        .catch(() => {})
        .finally(() => {
          leaving.dispose()
          this.over += 1
        })
    })
  }

  #dial({ paced, dialMs, isForbidden }: Visitor, signal: AbortSignal): Promise<void> {
    const { status } = this.availability
    const isProbe = status.state === 'unavailable'
    const now = this.clock.now()
    if (isProbe) {
      this.probedAt.push({ at: now, retryAt: status.retryAt, paced })
      this.probes += 1
      this.mostProbes = Math.max(this.mostProbes, this.probes)
    }
    return new Promise((resolve, reject) => {
      let isOver = false
      const end = (settle: () => void): void => {
        if (isOver) return
        isOver = true
        if (isProbe) this.probes -= 1
        settle()
      }
      this.clock.after(dialMs, () => end(() => this.#answer(isForbidden, resolve, reject)))
      signal.addEventListener('abort', () => end(() => reject(signal.reason)), { once: true })
    })
  }

  #answer(isForbidden: boolean, resolve: () => void, reject: (error: Error) => void): void {
    const now = this.clock.now()
    if (now >= this.#awayFrom && now < this.#awayTo) reject(new Error('away'))
    else if (isForbidden) reject(new Error('forbidden'))
    else resolve()
  }
}

const outage = fc
  .tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 60_000 }))
  .map(([from, lasts]): [number, number] => [from, from + lasts])

it('there is one probe at a time, a paced one when it is due, and in the end nobody is left waiting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), outage, fc.array(visitor, { maxLength: 40 }), async (seed, away, visitors) => {
      const world = new World(seed, away)
      for (const each of visitors) world.visit(each)
      await world.clock.settleTo(200_000)
      expect(world.mostProbes).toBeLessThanOrEqual(1)
      for (const { at, retryAt, paced } of world.probedAt) if (paced) expect(at).toBeGreaterThanOrEqual(retryAt)
      // Those that stay are served: by the first probe after the return if not before.
      expect(world.availability.waiting).toBe(0)
      expect(world.over).toBe(visitors.length)
      expect(world.clock.pending).toBe(0)
    }),
  )
})

it('callers that come back at once make one attempt for each pause, and find the server soon after its return', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 50 }),
      async (...drawn) => {
        const [seed, seconds, callers] = drawn
        const returnsAt = seconds * 1_000
        const clock = createVirtualClock()
        const availability = new Availability({ clock, random: createSeededRandom(seed), maxBackoffMs: 30_000 })
        const dialledAt: number[] = []
        const servedAt: number[] = []
        const dial = async (): Promise<void> => {
          dialledAt.push(clock.now())
          if (clock.now() < returnsAt) throw new Error('away')
        }
        const terms = () => ({ signal: new AbortController().signal, isOutage: () => true, paced: true })
        const come = (): Promise<unknown> =>
          availability.connect(dial, terms()).then(
            () => servedAt.push(clock.now()),
            () => come(),
          )
        for (let n = 0; n < callers; n += 1) void come()
        await clock.settleTo(returnsAt + Math.max(returnsAt / 40, 1_000))
        expect(servedAt).toHaveLength(callers)
        // All began together; from then on one dials at a time, and no two within the shortest pause.
        const probes = dialledAt.slice(callers).filter(at => at < returnsAt)
        for (const [n, at] of probes.entries()) expect(at - (probes[n - 1] ?? 0)).toBeGreaterThanOrEqual(20 - 1e-6)
        expect(clock.pending).toBe(0)
      },
    ),
  )
}, 120_000)
