import type { NodeConduct, NotifyStep, Step } from '../../testing/index.js'

const KINDS = ['moving', 'migrating', 'migrated', 'failing-over', 'failed-over'] as const

const CONDUCTS: ReadonlyMap<string, NodeConduct> = new Map([
  ['refuse', 'refusing'],
  ['silent', 'silent'],
  ['loading', 'loading'],
  ['readonly', 'replica'],
  ['heal', 'serving'],
])

const DEFAULT_GRACE_S = 15

/**
 * Reads what somebody tells the servers to do: `moving 15 b`, `refuse b`, `reset a`.
 *
 * @param first - The node that announces.
 * @throws RangeError that says what is wrong with it.
 */
export function parseSpoken(line: string, first: string): Step {
  const [verb = '', ...words] = line.trim().split(/\s+/)
  const kind = KINDS.find(name => name === verb)
  if (kind !== undefined) return toNotice(kind, words, first)
  const conduct = CONDUCTS.get(verb)
  if (verb !== 'reset' && conduct === undefined) {
    throw new RangeError(
      `What is ${JSON.stringify(verb)}? Known are ${[...KINDS, ...CONDUCTS.keys(), 'reset'].join(', ')}`,
    )
  }
  const [node] = words
  if (node === undefined) throw new RangeError(`${verb} must be followed by the name of a node`)
  return conduct === undefined ? { at: 0, do: 'drop', node } : { at: 0, do: 'node', node, conduct }
}

function toNotice(kind: NotifyStep['kind'], words: readonly string[], first: string): NotifyStep {
  const [seconds = String(DEFAULT_GRACE_S), target = 'none'] = words
  if (!/^\d+(?:\.\d+)?$/.test(seconds)) throw new RangeError(`${kind} must be followed by seconds`)
  const endpoint = kind === 'moving' ? { endpoint: target === 'none' ? null : target } : {}
  return { at: 0, do: 'notify', on: first, kind, sequence: null, graceMs: Number(seconds) * 1_000, ...endpoint }
}
