import type { Host } from '../ports.js'

/** Answers that speak of the state of a server or of a connection, not of what was asked. */
const PASSING =
  /^(?:LOADING|MASTERDOWN|CLUSTERDOWN|BUSY|READONLY|NOAUTH|WRONGPASS|TRYAGAIN|ERR max number of clients)\b/

/** Whether a server answered that it does not do what it was asked: a right is missing, or it does not know the request. */
export function isRefusal(error: unknown, host: Pick<Host, 'classify'>): boolean {
  return host.classify(error) === 'reply' && error instanceof Error && !PASSING.test(error.message)
}
