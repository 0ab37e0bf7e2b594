/** How one thing stands: `note` is worth knowing, `warning` may hurt, `fault` does. */
export type CheckStatus = 'ok' | 'note' | 'warning' | 'fault'

/** One thing that the doctor looked at. No part of it is a secret. */
export interface Check {
  /** What was looked at, in a word or two. */
  readonly name: string
  readonly status: CheckStatus
  /** What was found, and what to do about it. */
  readonly text: string
  /** The same for machines. */
  readonly facts?: Readonly<Record<string, unknown>>
}

/** Makes a check of one status. */
export function check(status: CheckStatus, name: string, text: string, facts?: Check['facts']): Check {
  return facts === undefined ? { name, status, text } : { name, status, text, facts }
}
