import { HitlessError } from '../../base/errors.js'
import type { Context } from '../database/context.js'

/**
 * Asks for the options of TLS for the next connection.
 *
 * @throws HitlessError `OPTIONS_INVALID` where the application's function throws, such as for a file that is missing: an
 * error with the code of a system call would look like one of the server's.
 */
export function freshTls({ maint, target }: Pick<Context, 'maint' | 'target'>): object | undefined {
  if (maint.tls === undefined || !target.tls) return undefined
  try {
    return { ...maint.tls() }
  } catch (cause) {
    const problem = 'hitless.tls: threw an error'
    throw new HitlessError('OPTIONS_INVALID', problem, { retryable: true, cause, facts: { problems: [problem] } })
  }
}
