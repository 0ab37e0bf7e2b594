const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A piece of a page that is safe to be put into it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Html | readonly Html[]

/** Makes a piece of a page. What is put in as text is escaped, also in attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((all, string, index) => all + toText(parts[index - 1] ?? '') + string))
}

function toText(part: Part): string {
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(({ text }) => text).join('')
  // Characters that cannot be seen may turn the direction of what stands around them.
  return String(part)
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, '�')
    .replaceAll(/[&<>"']/g, char => ESCAPES[char] ?? '')
}

/** A duration as people read it. */
export function printDuration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`
}

/** A moment of the recording: seconds from its beginning. */
export function printMoment(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`
}

/** So many of something, as in `1 connection` and `1,200 commands`. */
export function printCount(count: number, word: string): string {
  return `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`
}
