import type { Command } from '../sessions/command.js'
import type { Interceptor } from '../sessions/session.js'

/** Answers requests in place of the server. */
export interface ProxyInterceptor {
  /** A later one of the same name takes its place. */
  readonly name: string
  /** The bytes of the reply, which may be none; `undefined` passes the request on to the next. */
  readonly answer: (request: Command) => Buffer | undefined
}

/** How often an interceptor was asked, and how often it answered. */
export interface InterceptorCounts {
  readonly name: string
  readonly invokeCount: number
  readonly matchCount: number
}

interface Entry {
  readonly interceptor: ProxyInterceptor
  invokeCount: number
  matchCount: number
}

/** The interceptors of one node. The one that was put in last is asked first. */
export class InterceptorChain {
  #entries: readonly Entry[] = []

  /** Puts an interceptor in front of the others, in place of its namesake. Its counts begin at 0. */
  put(interceptor: ProxyInterceptor): void {
    const others = this.#entries.filter(entry => entry.interceptor.name !== interceptor.name)
    this.#entries = [{ interceptor, invokeCount: 0, matchCount: 0 }, ...others]
  }

  get size(): number {
    return this.#entries.length
  }

  counts(): readonly InterceptorCounts[] {
    return this.#entries.map(({ interceptor: { name }, invokeCount, matchCount }) => ({
      name,
      invokeCount,
      matchCount,
    }))
  }

  /** Asks each in turn. */
  readonly intercept: Interceptor = (session, command) => {
    for (const entry of this.#entries) {
      entry.invokeCount += 1
      const reply = entry.interceptor.answer(command)
      if (reply === undefined) continue
      entry.matchCount += 1
      session.answer(() => reply)
      return true
    }
    return false
  }
}

/** Answers one request, compared byte by byte but for the case of letters. */
export function answerRequest(name: string, request: Buffer, reply: Buffer): ProxyInterceptor {
  const wanted = fold(request)
  return {
    name,
    answer: ({ raw }) => (raw.length === request.length && fold(raw) === wanted ? reply : undefined),
  }
}

/** Answers the next requests in turn, whatever they are, then none. The nodes that it is put into share the turns. */
export function answerInTurn(name: string, replies: readonly Buffer[]): ProxyInterceptor {
  const left = [...replies]
  return { name, answer: () => left.shift() }
}

function fold(bytes: Buffer): string {
  return bytes.toString('latin1').toLowerCase()
}
