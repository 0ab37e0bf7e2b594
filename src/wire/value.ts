/**
 * RESP3 values as JavaScript values.
 *
 * | wire | JavaScript |
 * |---|---|
 * | `+` simple, `$` blob | `string` (blobs: `Buffer` where the decoder is told so) |
 * | `=` verbatim | {@link RespVerbatim} |
 * | `:` integer | `number`, or `bigint` beyond 2^53 - 1 |
 * | `,` double | `number` |
 * | `(` big number | `bigint` |
 * | `#` boolean | `boolean` |
 * | `_`, `$-1`, `*-1` | `null` |
 * | `-` error, `!` blob error | {@link RespError} |
 * | `*` array | array |
 * | `~` set | `Set` |
 * | `%` map | `Map` |
 * | `>` push | {@link RespPush} |
 * | `|` attribute | dropped, or {@link RespAttributed} where the decoder is told so |
 */
export type RespValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | RespVerbatim
  | RespError
  | RespPush
  | RespAttributed
  | readonly RespValue[]
  | ReadonlySet<RespValue>
  | ReadonlyMap<RespValue, RespValue>

/** An error that the server answered. A value, because decoding it is no failure of ours. */
export class RespError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }

  /** The first word, such as `READONLY`. */
  get prefix(): string {
    return this.message.split(' ', 1)[0] ?? ''
  }
}

/** Text with a three-letter format, such as `txt` or `mkd`. */
export class RespVerbatim {
  readonly format: string
  readonly text: string

  constructor(format: string, text: string) {
    this.format = format
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** Something the server said without being asked. */
export class RespPush {
  readonly items: readonly RespValue[]

  constructor(items: readonly RespValue[]) {
    this.items = items
  }
}

/** A value with the attributes that the server sent in front of it. */
export class RespAttributed {
  readonly attributes: ReadonlyMap<RespValue, RespValue>
  readonly value: RespValue

  constructor(attributes: ReadonlyMap<RespValue, RespValue>, value: RespValue) {
    this.attributes = attributes
    this.value = value
  }
}
