/** Why a request was refused, with the status that it is answered. */
export class ControlError extends Error {
  override readonly name: string = 'ControlError'
  readonly status: 400 | 404 | 409 | 413 | 422
  readonly code: string

  constructor(status: 400 | 404 | 409 | 413 | 422, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** What a request holds that makes no sense. */
export function invalid(message: string): ControlError {
  return new ControlError(422, 'REQUEST_INVALID', message)
}

/** The fields of a JSON object; throws {@link ControlError} where it is none. */
export function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>
  throw invalid(`${what} must be a JSON object`)
}
