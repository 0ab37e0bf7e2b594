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

/** What servers have answered to requests: when each was refused last. */
type Answers = ReadonlyMap<OwnRequest, 'granted' | { readonly refusedAt: number }>

/** Nearly all clients have one of these, so that they cost nothing. */
const NOT_ASKED: Answers = new Map()
const ALL_GRANTED: Answers = new Map(FOR_RELEASES.map(request => [request, 'granted']))

/** What servers let the library itself ask, by the rights of one client or pool of the application. */
export class Rights {
  #answers = NOT_ASKED
  /** The requests whose refusal was told. */
  #told: readonly OwnRequest[] = []

  /** Whether servers let blocking commands be released; `undefined` until one has said so. */
  get mayRelease(): boolean | undefined {
    if (this.#answers === ALL_GRANTED) return true
    const answers = FOR_RELEASES.map(request => this.#answers.get(request))
    if (answers.some(answer => answer !== undefined && answer !== 'granted')) return false
    return answers.includes(undefined) ? undefined : true
  }

  /** Whether a request has been refused lately. */
  isRefused(request: OwnRequest, now: number): boolean {
    const answer = this.#answers.get(request)
    return answer !== undefined && answer !== 'granted' && now - answer.refusedAt < REFUSED_FOR_MS
  }

  /** Whether a server should be asked whether it grants a request. */
  isOpen(request: OwnRequest, now: number): boolean {
    return this.#answers.get(request) !== 'granted' && !this.isRefused(request, now)
  }

  grant(request: OwnRequest): void {
    if (this.#answers.get(request) === 'granted') return
    const answers: Answers = new Map([...this.#answers, [request, 'granted']])
    const isAll = FOR_RELEASES.every(each => answers.get(each) === 'granted') && answers.size === FOR_RELEASES.length
    this.#answers = isAll ? ALL_GRANTED : answers
  }

  /** A server has refused a request. Of each request only the first refusal is told. */
  refuse(
    request: OwnRequest,
    { error, now, tell, connection }: About & { readonly error: unknown; readonly now: number; readonly tell: Tell },
  ): void {
    this.#answers = new Map([...this.#answers, [request, { refusedAt: now }]])
    if (this.#told.includes(request)) return
    this.#told = [...this.#told, request]
    tell({ name: 'request:refused', payload: { request, error } }, { connection })
  }
}
