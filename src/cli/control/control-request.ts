import type { IncomingMessage } from 'node:http'
import { ControlError, fieldsOf } from './control-error.js'

/** The largest body that is taken, in bytes. */
const MAX_BODY_BYTES = 1_048_576

/** Reads the body of a request; throws {@link ControlError} where it is too large. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES)
      throw new ControlError(413, 'BODY_TOO_LARGE', `A body has at most ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Reads the JSON object in the body of a request; throws {@link ControlError} where it is none. */
export async function readFields(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const text = await readBody(request)
  try {
    return fieldsOf(JSON.parse(text), 'The body')
  } catch (error) {
    throw error instanceof SyntaxError ? new ControlError(400, 'NO_JSON', 'The body is no JSON') : error
  }
}
