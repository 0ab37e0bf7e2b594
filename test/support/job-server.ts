import { bulk, plainAnswer, type ScriptedAnswer, type ScriptedServer, startScripted } from './scripted-server.js'

/** A server of a module: `JOB.TAKE` blocks until there is a job, `JOB.COUNT` answers at once. */
export interface JobServer extends ScriptedServer {
  /** The commands that it received, but those of handshakes. */
  readonly log: readonly string[]
  /** Gives a job to one that waits, or else to the next that asks. */
  add(job: string): void
}

/** What it answers instead to some commands. */
export type Instead = (words: readonly string[]) => ScriptedAnswer

/** A connection with a command that blocks, and what came behind it. */
interface Waiting {
  readonly later: (said: ScriptedAnswer) => void
  readonly behind: (readonly string[])[]
}

const HANDSHAKE = /^(?:HELLO|PING|CLIENT (?:SETINFO|SETNAME|MAINT_NOTIFICATIONS|INFO|LIST ID 9007|UNBLOCK 9007))/

const NIL = '_\r\n'

/** Starts one, which ends with the test. Connections are numbered from 1 on. */
export async function startJobServer(instead: Instead = () => undefined): Promise<JobServer> {
  const jobs = new Jobs(instead)
  const server = await startScripted({ answer: (words, dial, later) => jobs.answer(words, dial, later) })
  return Object.assign(server, { log: jobs.log, add: (job: string) => jobs.add(job) })
}

class Jobs {
  readonly log: string[] = []
  readonly #instead: Instead
  readonly #jobs: string[] = []
  readonly #waiting = new Map<number, Waiting>()

  constructor(instead: Instead) {
    this.#instead = instead
  }

  add(job: string): void {
    const [first] = this.#waiting.keys()
    if (first === undefined) this.#jobs.push(job)
    else this.#settle(first, bulk(job))
  }

  answer(words: readonly string[], dial: number, later: Waiting['later']): ScriptedAnswer {
    const waiting = this.#waiting.get(dial)
    if (waiting !== undefined) {
      waiting.behind.push(words)
      return undefined
    }
    const text = words.join(' ')
    if (!HANDSHAKE.test(text)) this.log.push(text)
    return this.#instead(words) ?? this.#about(words, dial) ?? this.#execute(words, dial, later)
  }

  /** What it says about its commands and connections. */
  #about(words: readonly string[], dial: number): ScriptedAnswer {
    const [, , third, fourth] = words
    switch (words.slice(0, 2).join(' ')) {
      case 'COMMAND INFO':
        return `*1\r\n${infoOf(`${third}`)}`
      case 'CLIENT INFO':
        return bulk(`id=${dial} flags=N`)
      case 'CLIENT LIST':
        return bulk(`id=${fourth} flags=${this.#waiting.has(Number(fourth)) ? 'b' : 'N'}`)
      case 'CLIENT UNBLOCK':
        return `:${this.#settle(Number(third), NIL)}\r\n`
      default:
        return undefined
    }
  }

  #execute(words: readonly string[], dial: number, later: Waiting['later']): ScriptedAnswer {
    if (words[0]?.toUpperCase() !== 'JOB.TAKE') return plainAnswer(words)
    const job = this.#jobs.shift()
    if (job !== undefined) return bulk(job)
    this.#waiting.set(dial, { later, behind: [] })
    return undefined
  }

  #settle(dial: number, said: string): number {
    const waiting = this.#waiting.get(dial)
    if (waiting === undefined) return 0
    this.#waiting.delete(dial)
    waiting.later(said)
    for (const words of waiting.behind) waiting.later(this.answer(words, dial, waiting.later))
    return 1
  }
}

function infoOf(name: string): string {
  if (!name.startsWith('JOB.')) return NIL
  const flags = name === 'JOB.TAKE' ? ['write', 'blocking'] : ['readonly']
  const set = `~${flags.length}\r\n${flags.map(flag => `+${flag}\r\n`).join('')}`
  return `*6\r\n${bulk(name.toLowerCase())}:-2\r\n${set}:1\r\n:1\r\n:1\r\n`
}
