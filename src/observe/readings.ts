import { type Attributes, MEASURES, type MeasureName, type Reading } from './measures.js'

/** What is read of all clients that are observed. Clients that are not told apart by a name are read as one. */
export class Readings {
  readonly #readers = new Set<() => readonly Reading[]>()
  #latest: readonly Reading[] | undefined

  add(read: () => readonly Reading[]): () => void {
    this.#readers.add(read)
    return () => this.#readers.delete(read)
  }

  /** The values of one measure now. */
  of(measure: MeasureName): readonly Reading[] {
    return this.#all().filter(reading => reading.measure === measure)
  }

  /** One export asks for each measure. The status of a large pool is read once for it. */
  #all(): readonly Reading[] {
    if (this.#latest !== undefined) return this.#latest
    const read = [...this.#readers].flatMap(readings => readings())
    this.#latest = join(read)
    queueMicrotask(() => {
      this.#latest = undefined
    })
    return this.#latest
  }
}

function join(readings: readonly Reading[]): readonly Reading[] {
  const joined = new Map<string, Reading>()
  for (const reading of readings) {
    const key = `${reading.measure} ${keyOf(reading.attributes)}`
    const known = joined.get(key)
    joined.set(key, known === undefined ? reading : { ...known, value: across(known, reading) })
  }
  return [...joined.values()]
}

function across({ measure, value }: Reading, other: Reading): number {
  const { across: how = 'sum' } = MEASURES[measure]
  if (how === 'sum') return value + other.value
  return how === 'most' ? Math.max(value, other.value) : Math.min(value, other.value)
}

function keyOf(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).sort())
}
