import type { Handler } from 'hono/types'
import type { z } from 'zod'
import { ControlError } from './control-error.js'

/** A request, and what answers it. */
export type Asked = Parameters<Handler>[0]

/** Reads the JSON in the body of a request; throws {@link ControlError} where it is none. */
export async function readJson({ req }: Asked): Promise<unknown> {
  try {
    return await req.json()
  } catch (error) {
    throw error instanceof SyntaxError ? new ControlError(400, 'NO_JSON', 'The body is no JSON') : error
  }
}

/** What a schema makes of something that was sent; throws {@link ControlError} 400 where it does not fit. */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const place = issue?.path.join('.') ?? ''
  throw new ControlError(400, 'REQUEST_INVALID', `${place === '' ? 'The body' : place}: ${issue?.message}`)
}
