import { type Frame, textIn } from '../frames/found-frame.js'
import { WITH_SUBCOMMAND } from '../frames/request.js'
import { maskAll } from './mask.js'

/** Commands that say something about the connection, and nothing about data. */
const OF_THE_CONNECTION =
  /^(?:CLIENT (?:MAINT_NOTIFICATIONS|SETINFO|CAPA|TRACKING|CACHING|REPLY|ID|NO-EVICT|NO-TOUCH)|SELECT)\b/

const NAME = /^[A-Z][A-Z0-9._-]{0,39}$/

/** Masks a request but for the name of its command, and what is said about the connection alone. */
export function maskRequest(bytes: Buffer, frame: Frame): void {
  const words = frame.items
  const [name = '', second = ''] = [0, 1].map(index => textIn(bytes, words[index])?.toUpperCase())
  if (!NAME.test(name)) return maskAll(bytes, frame)
  if (name === 'HELLO') return maskHello(bytes, words)
  const kept = keptOf(bytes, words, { name, second })
  for (const [index, word] of words.entries()) {
    // What comes on that channel is kept as well.
    if (index >= kept && !isAzureChannel(bytes, word)) maskAll(bytes, word)
  }
}

/** How many words of a command are no secret. */
function keptOf(
  bytes: Buffer,
  words: readonly Frame[],
  { name, second }: { readonly name: string; readonly second: string },
): number {
  const hasSubcommand = WITH_SUBCOMMAND.test(name) && NAME.test(second)
  if (!OF_THE_CONNECTION.test(hasSubcommand ? `${name} ${second}` : name)) return hasSubcommand ? 2 : 1
  // The words behind PREFIX are beginnings of keys.
  const prefix = words.findIndex(word => /^PREFIX$/i.test(textIn(bytes, word) ?? ''))
  return prefix === -1 ? words.length : prefix + 1
}

/** The name of the channel on which Azure announces maintenance. */
export function isAzureChannel(bytes: Buffer, frame: Frame | undefined): boolean {
  return textIn(bytes, frame) === 'AzureRedisEvents'
}

/** `HELLO 3 AUTH <user> <password> SETNAME <name>`: the words are kept, and the version. */
function maskHello(bytes: Buffer, words: readonly Frame[]): void {
  for (const [index, word] of words.entries()) {
    const text = textIn(bytes, word) ?? ''
    const isSecret = index > 1 && !(/^(?:AUTH|SETNAME)$/i.test(text) && isOption(bytes, words, index))
    if (isSecret || (index === 1 && !/^\d$/.test(text))) maskAll(bytes, word)
  }
}

/** A user may be called AUTH: only where an option can stand is it one. */
function isOption(bytes: Buffer, words: readonly Frame[], index: number): boolean {
  for (let at = 2; at <= index; ) {
    if (at === index) return true
    at += /^AUTH$/i.test(textIn(bytes, words[at]) ?? '') ? 3 : 2
  }
  return false
}
