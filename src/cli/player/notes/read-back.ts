import { createAuditor, discard } from '../clients.js'
import type { Holdings } from './ledger.js'

const KEYS_AT_ONCE = 500

/**
 * Reads keys from the server, through a connection of its own.
 *
 * @throws whatever keeps the server from being asked.
 */
export async function readBack(url: string, keys: readonly string[]): Promise<Holdings> {
  const auditor = createAuditor(url)
  await auditor.connect()
  try {
    const held = new Map<string, string | null>()
    for (let from = 0; from < keys.length; from += KEYS_AT_ONCE) {
      const some = keys.slice(from, from + KEYS_AT_ONCE)
      const values = await auditor.mGet(some)
      for (const [index, key] of some.entries()) held.set(key, values[index] ?? null)
    }
    return held
  } finally {
    discard(auditor)
  }
}
