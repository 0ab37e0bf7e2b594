/** Cuts bytes into chunks of the sizes given, the rest as one chunk. Sizes of 0 are passed over. */
export function cutInto(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    if (size > 0 && at < bytes.length) chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  if (at < bytes.length) chunks.push(bytes.subarray(at))
  return chunks
}
