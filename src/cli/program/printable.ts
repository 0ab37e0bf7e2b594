// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

/** A text as terminals may show it: what moves their cursor, changes their colours or ends a line is spelled out. */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, character => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
