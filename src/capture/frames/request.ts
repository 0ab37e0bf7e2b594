import { findFrame, textIn } from './found-frame.js'

/** Commands whose second word says what they do. */
export const WITH_SUBCOMMAND: RegExp =
  /^(?:ACL|CLIENT|CLUSTER|COMMAND|CONFIG|DEBUG|FUNCTION|LATENCY|MEMORY|MODULE|OBJECT|PUBSUB|SCRIPT|SLOWLOG|XGROUP|XINFO)$/

const LONGEST_WORD = 4_096

/** The words of a request; long ones and what is no text are empty. */
export function wordsOf(request: Buffer): readonly string[] {
  return findFrame(request, 0).items.map(item => textIn(request, item, LONGEST_WORD) ?? '')
}

/** What a request asks for, in capitals: its command, with the subcommand, or the version that HELLO asks for. */
export function commandOf(words: readonly string[]): string {
  const [name = '', second = ''] = words.slice(0, 2).map(word => word.toUpperCase())
  return second !== '' && (name === 'HELLO' || WITH_SUBCOMMAND.test(name)) ? `${name} ${second}` : name
}
