import type { Conduct } from '../faults/conduct.js'
import { type Command, keyword, word } from './command.js'

/** What a client asked for on its connection. The data set may have refused some of it. */
export class ClientState {
  readonly #conduct: Conduct
  name = ''
  database = 0
  authenticated: boolean
  /** Whether a replica may answer its reads. */
  readonly = false
  /** Whether it understands that it is sent elsewhere: `CLIENT CAPA redirect`. */
  redirects = false
  /** While `MULTI` is open: whether a write was queued. */
  transaction: { writes: boolean } | undefined

  constructor(conduct: Conduct) {
    this.#conduct = conduct
    this.authenticated = conduct.credentials === undefined
  }

  /** Takes note of a command that is passed on. */
  note(command: Command): void {
    switch (command.name) {
      case 'SELECT':
        this.database = Number(word(command, 1)) || 0
        break
      case 'CLIENT':
        if (keyword(command, 1) === 'SETNAME') this.name = word(command, 2)
        break
      case 'HELLO':
        this.name = nameInHello(command) ?? this.name
        break
      case 'MULTI':
        this.transaction ??= { writes: false }
        break
      case 'EXEC':
      case 'DISCARD':
        this.transaction = undefined
        break
      case 'READONLY':
      case 'READWRITE':
        this.readonly = command.name === 'READONLY'
        break
      case 'RESET':
        this.#forget()
        break
    }
  }

  #forget(): void {
    this.name = ''
    this.database = 0
    this.transaction = undefined
    this.readonly = false
    this.redirects = false
    this.authenticated = this.#conduct.credentials === undefined
  }
}

function nameInHello(command: Command): string | undefined {
  const at = command.words.findIndex((_, index) => index > 1 && keyword(command, index) === 'SETNAME')
  return at === -1 ? undefined : word(command, at + 1)
}
