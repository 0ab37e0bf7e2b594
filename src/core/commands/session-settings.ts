import { upper } from './command-kind.js'

/** A command that sets one thing of a connection. */
export interface SessionSetting {
  /** What it sets; a later one for the same replaces it. */
  readonly subject: string
  readonly words: readonly unknown[]
}

/** The subject of the user: it comes before all others, as these need its rights. */
export const AUTHENTICATION = 'AUTH'

/**
 * What a command sets on its connection, each as a command by itself: HELLO may set the user and the name together.
 *
 * `CLIENT SETINFO LIB-NAME x` sets one thing, `CLIENT NO-EVICT on` another, READONLY and READWRITE the same.
 */
export function settingsOf(words: readonly unknown[]): readonly SessionSetting[] {
  const [name, subject, detail] = words.slice(0, 3).map(upper)
  if (name === 'HELLO') return settingsOfHello(words)
  if (name === 'AUTH') return [{ subject: AUTHENTICATION, words }]
  if (name !== 'CLIENT') return [{ subject: 'ACCESS', words }]
  return [{ subject: subject === 'SETINFO' ? `${subject} ${detail}` : String(subject), words }]
}

/** The words of a command as they may be told: without a password. */
export function withoutSecrets(words: readonly unknown[]): readonly string[] {
  const texts = words.map(String)
  return upper(words[0]) === 'AUTH' ? [...texts.slice(0, -1), '***'] : texts
}

function settingsOfHello(words: readonly unknown[]): readonly SessionSetting[] {
  const settings: SessionSetting[] = []
  for (let at = 2; at < words.length; at++) {
    const option = upper(words[at])
    if (option === 'AUTH') settings.push({ subject: AUTHENTICATION, words: ['AUTH', words[at + 1], words[at + 2]] })
    if (option === 'SETNAME') settings.push({ subject: option, words: ['CLIENT', 'SETNAME', words[at + 1]] })
    at += option === 'AUTH' ? 2 : 1
  }
  return settings
}
