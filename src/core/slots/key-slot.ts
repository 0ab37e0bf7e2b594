/** How many slots a cluster has. */
export const SLOT_COUNT = 16_384

const POLYNOMIAL = 0x1021

/** The remainder for each byte, so that a key is read byte by byte. */
const TABLE: readonly number[] = Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte << 8
  for (let bit = 0; bit < 8; bit += 1) remainder = ((remainder << 1) ^ (remainder & 0x8000 ? POLYNOMIAL : 0)) & 0xffff
  return remainder
})

/** The slot of a key or shard channel: of the part between the first `{` and the next `}`, where that is not empty. */
export function slotOf(key: string | Uint8Array): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key
  let remainder = 0
  for (const byte of taggedPart(bytes)) remainder = ((remainder << 8) ^ (TABLE[(remainder >> 8) ^ byte] ?? 0)) & 0xffff
  return remainder % SLOT_COUNT
}

function taggedPart(bytes: Uint8Array): Uint8Array {
  const open = bytes.indexOf(0x7b)
  if (open === -1) return bytes
  const close = bytes.indexOf(0x7d, open + 1)
  return close > open + 1 ? bytes.subarray(open + 1, close) : bytes
}
