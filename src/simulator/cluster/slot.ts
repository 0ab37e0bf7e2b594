/** How many slots a cluster has. */
export const SLOT_COUNT = 16_384

const POLYNOMIAL = 0x1021
const OPEN = 0x7b
const CLOSE = 0x7d

/** What each byte does to the checksum: CRC-16/XMODEM, as the specification of Redis Cluster demands. */
const TABLE: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 8
  for (let bit = 0; bit < 8; bit += 1) sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ POLYNOMIAL
  return sum & 0xffff
})

/** The slot of a key: that of its tag, the text between the first `{` and the next `}`, where there is one. */
export function slotOf(key: Buffer): number {
  let sum = 0
  for (const byte of tagOf(key)) sum = ((sum << 8) & 0xffff) ^ (TABLE[(sum >> 8) ^ byte] ?? 0)
  return sum % SLOT_COUNT
}

function tagOf(key: Buffer): Buffer {
  const from = key.indexOf(OPEN)
  const to = from === -1 ? -1 : key.indexOf(CLOSE, from + 1)
  return to > from + 1 ? key.subarray(from + 1, to) : key
}

/** Every slot of a range. */
export function listSlots({ from, to }: { readonly from: number; readonly to: number }): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

/** The slots of one of several shards that share them evenly. */
export function shareOf(at: number, shards: number): { readonly from: number; readonly to: number } {
  const edge = (index: number): number => Math.floor((index * SLOT_COUNT) / shards)
  return { from: edge(at), to: edge(at + 1) - 1 }
}
