import type { OwnRequest } from '../../core/events/refusal-events.js'
import type { About, Tell } from '../../core/events/tell.js'

/** All that servers are asked which may refuse it. */
export const OWN_REQUESTS: readonly OwnRequest[] = [
  'CLIENT INFO',
  'CLIENT LIST',
  'CLIENT UNBLOCK',
  'CLIENT CAPA',
  'COMMAND INFO',
]

/** What it takes to find out what blocks on a connection, and to release it. */
const FOR_RELEASES: readonly OwnRequest[] = ['CLIENT INFO', 'CLIENT LIST', 'CLIENT UNBLOCK']

/** How long a server that has refused a request is not asked for it again, in milliseconds. */
const REFUSED_FOR_MS = 600_000

/** What servers have answered to a request, and when where they refused it. */
interface Answer {
  readonly request: OwnRequest
  readonly refusedAt: number | undefined
}

const NO_ANSWERS: readonly Answer[] = []
const GRANTED: readonly Answer[] = OWN_REQUESTS.map(request => ({ request, refusedAt: undefined }))

/** What servers let the library itself ask, by the rights of one client or pool of the application. */
export class Rights {
  /** There may be thousands: a table would hold far more memory. A refusal is kept before what granted the request later. */
  #answers = NO_ANSWERS

  /** Whether servers let blocking commands be released; `undefined` until one has said so. */
  get mayRelease(): boolean | undefined {
    const answers = FOR_RELEASES.map(request => this.#answerTo(request))
    if (answers.some(answer => answer?.refusedAt !== undefined)) return false
    return answers.includes(undefined) ? undefined : true
  }

  /** Whether a request has been refused lately. */
  isRefused(request: OwnRequest, now: number): boolean {
    const refusedAt = this.#answerTo(request)?.refusedAt
    return refusedAt !== undefined && now - refusedAt < REFUSED_FOR_MS
  }

  /** Whether a server should be asked whether it grants a request. */
  isOpen(request: OwnRequest, now: number): boolean {
    return !this.#isGranted(request) && !this.isRefused(request, now)
  }

  grant(request: OwnRequest): void {
    if (!this.#isGranted(request))
      this.#answers = this.#answers.concat(GRANTED.filter(each => each.request === request))
  }

  /** A server has refused a request. Of each request only the first refusal is told. */
  refuse(
    request: OwnRequest,
    { error, now, tell, connection }: About & { readonly error: unknown; readonly now: number; readonly tell: Tell },
  ): void {
    const isTold = this.#answers.some(each => each.request === request && each.refusedAt !== undefined)
    const others = this.#answers.filter(each => each.request !== request)
    this.#answers = others.concat({ request, refusedAt: now })
    if (!isTold) tell({ name: 'request:refused', payload: { request, error } }, { connection })
  }

  #isGranted(request: OwnRequest): boolean {
    const answer = this.#answerTo(request)
    return answer !== undefined && answer.refusedAt === undefined
  }

  #answerTo(request: OwnRequest): Answer | undefined {
    return this.#answers.findLast(each => each.request === request)
  }
}
