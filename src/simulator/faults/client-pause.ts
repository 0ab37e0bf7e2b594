import type { Clock, Timer } from '../../base/clock.js'
import { type Command, keyword, word } from '../sessions/command.js'
import type { Interceptor, Session } from '../sessions/session.js'
import { COMMANDS } from '../store/command-table.js'
import { takes } from '../store/specification.js'
import { isWriteCommand } from '../store/write-commands.js'
import type { Conduct, PausedCommands } from './conduct.js'
import { errorReply, OK_REPLY } from './replies.js'

/** Commands that write nothing here, but are passed on to replicas or may write: they wait with writes. */
const MAY_REPLICATE: ReadonlySet<string> = new Set([
  'EVAL',
  'EVALSHA',
  'FCALL',
  'FUNCTION',
  'PFCOUNT',
  'PUBLISH',
  'SPUBLISH',
])

/** The first line of a script that promises to write nothing. */
const WRITES_NOTHING = /^#!\S+[^\n]*\bflags=\S*\bno-writes\b/

/** The time during which the commands of a node's clients wait, as `CLIENT PAUSE` begins one. */
export class Pause {
  readonly #clock: Clock
  readonly #conduct: Conduct
  readonly #onEnd: () => void
  #endsAt = 0
  #timer: Timer | undefined

  constructor(clock: Clock, conduct: Conduct, onEnd: () => void) {
    this.#clock = clock
    this.#conduct = conduct
    this.#onEnd = onEnd
  }

  /** Begins it. Where one lasts already, the later end counts, and all commands wait if they do in one of both. */
  begin(commands: PausedCommands, forMs: number): void {
    const { paused } = this.#conduct
    const endsAt = this.#clock.now() + forMs
    this.#endsAt = paused === undefined ? endsAt : Math.max(endsAt, this.#endsAt)
    this.#conduct.paused = paused === 'all' ? 'all' : commands
    this.#timer?.dispose()
    this.#timer = this.#clock.after(this.#endsAt - this.#clock.now(), () => this.end())
  }

  /** Ends it: what waited is executed. */
  end(): void {
    this.#timer?.dispose()
    this.#timer = undefined
    if (this.#conduct.paused === undefined) return
    this.#conduct.paused = undefined
    this.#onEnd()
  }

  /** Forgets it; nothing is executed. */
  dispose(): void {
    this.#timer?.dispose()
  }
}

/** Lets every command wait while all do. Asked first. */
export const interceptPause: Interceptor = (session, command) =>
  session.conduct.paused === 'all' && waits(session, command)

/** Lets commands that may write wait while these do. Asked last: what is refused does not wait. */
export const interceptPausedWrites: Interceptor = (session, command) =>
  session.conduct.paused === 'writes' && mayWrite(session, command) && waits(session, command)

/** Serves `CLIENT PAUSE` and `CLIENT UNPAUSE`, as Redis 7.0 does. */
export function servePause(pause: Pause): Interceptor {
  return (session, command) => {
    if (command.name !== 'CLIENT' || session.state.transaction !== undefined) return false
    const subcommand = keyword(command, 1)
    if (subcommand === 'PAUSE') session.answer(() => begin(pause, command))
    else if (subcommand === 'UNPAUSE') session.answer(() => end(pause, command))
    else return false
    return true
  }
}

/** A command with a wrong number of words is refused at once. */
function waits(session: Session, command: Command): boolean {
  const spec = COMMANDS.get(command.name)
  if (spec !== undefined && !takes(spec, command.words.length)) return false
  session.hold(command)
  return true
}

function mayWrite({ state }: Session, command: Command): boolean {
  if (command.name === 'EXEC') return state.transaction?.writes === true
  if (command.name === 'EVAL' && WRITES_NOTHING.test(word(command, 1))) return false
  return isWriteCommand(command.name) || MAY_REPLICATE.has(command.name)
}

function begin(pause: Pause, command: Command): Buffer {
  const { length } = command.words
  if (length < 3) return errorReply("ERR wrong number of arguments for 'client|pause' command")
  if (length > 4) {
    return errorReply("ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.")
  }
  const mode = length === 4 ? keyword(command, 3) : 'ALL'
  if (mode !== 'WRITE' && mode !== 'ALL') return errorReply('ERR CLIENT PAUSE mode must be WRITE or ALL')
  const forMs = word(command, 2)
  if (!/^-?\d{1,18}$/.test(forMs)) return errorReply('ERR timeout is not an integer or out of range')
  if (forMs.startsWith('-')) return errorReply('ERR timeout is negative')
  pause.begin(mode === 'ALL' ? 'all' : 'writes', Number(forMs))
  return OK_REPLY
}

function end(pause: Pause, command: Command): Buffer {
  if (command.words.length > 2) return errorReply("ERR wrong number of arguments for 'client|unpause' command")
  pause.end()
  return OK_REPLY
}
