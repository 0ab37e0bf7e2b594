import { createHash } from 'node:crypto'
import { upper } from '../../core/commands/command-kind.js'

/** How many scripts are remembered, and how many characters of them together. */
const MOST = { scripts: 500, characters: 2_000_000 } as const

/** Sends one command. */
type SendOne = (words: readonly string[]) => Promise<unknown>

/** What is known of a script. */
interface Script {
  readonly body: string
  /** Its SHA-1, made when it is needed first. */
  digest: string | undefined
  /** Whether it came by SCRIPT LOAD: then EVALSHA will be used. */
  readonly isLoaded: boolean
}

/** A script that a server did not take. */
export interface RefusedScript {
  readonly digest: string
  readonly error: unknown
}

/**
 * The scripts that the clients of one database have loaded or run, so that `EVALSHA` finds them on the next server too: a
 * server keeps its scripts in memory and gives them to no other. The oldest are forgotten first.
 */
export class ScriptCache {
  /** By their bodies, the ones used last behind the others. */
  readonly #scripts = new Map<string, Script>()
  #characters = 0

  /** How many there are. */
  get size(): number {
    return this.#scripts.size
  }

  /** A command with a script, or about all of them, was executed. */
  note(words: readonly unknown[]): void {
    const [name, second] = [upper(words[0]), words[1]]
    if (name !== 'SCRIPT') this.#remember(second, false)
    else if (upper(second) === 'LOAD') this.#remember(words[2], true)
    else this.#clear()
  }

  /** Whether the script that a command calls by its digest can be loaded. */
  canLoadFor(words: readonly unknown[]): boolean {
    const digest = String(words[1]).toLowerCase()
    return [...this.#scripts.values()].some(script => digestOf(script) === digest)
  }

  /** Loads all of them, in one go. Resolves when the server has answered; never rejects. */
  async loadAllOn(send: SendOne): Promise<void> {
    await Promise.allSettled([...this.#scripts.keys()].map(body => send(['SCRIPT', 'LOAD', body])))
  }

  /**
   * Loads what a server does not have. Resolves with what it refused of the scripts that the application itself has loaded; never
   * rejects. A script that was only run may belong to a user without the right to load any.
   */
  async loadOn(send: SendOne): Promise<readonly RefusedScript[]> {
    const scripts = [...this.#scripts.values()]
    if (scripts.length === 0) return []
    const known = await send(['SCRIPT', 'EXISTS', ...scripts.map(digestOf)]).catch(() => undefined)
    const refused: RefusedScript[] = []
    const loads = scripts.map(async (script, at) => {
      if (Array.isArray(known) && Number(known[at]) === 1) return
      const load = send(['SCRIPT', 'LOAD', script.body])
      await load.catch(error => script.isLoaded && refused.push({ digest: digestOf(script), error }))
    })
    await Promise.all(loads)
    return refused
  }

  #remember(given: unknown, isLoaded: boolean): void {
    const body = typeof given === 'string' ? given : String(given)
    if (body.length > MOST.characters) return
    const known = this.#scripts.get(body)
    if (this.#scripts.delete(body)) this.#characters -= body.length
    const script = { body, digest: known?.digest, isLoaded: isLoaded || known?.isLoaded === true }
    this.#scripts.set(body, script)
    this.#characters += body.length
    for (const oldest of this.#scripts.keys()) {
      if (this.#scripts.size <= MOST.scripts && this.#characters <= MOST.characters) return
      this.#scripts.delete(oldest)
      this.#characters -= oldest.length
    }
  }

  #clear(): void {
    this.#scripts.clear()
    this.#characters = 0
  }
}

function digestOf(script: Script): string {
  script.digest ??= createHash('sha1').update(script.body).digest('hex')
  return script.digest
}
