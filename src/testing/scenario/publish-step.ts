/** A sentinel publishes something, in its own words; in braces stand nodes, such as `mymaster {a} {b}`. */
export interface PublishStep {
  readonly at: number
  readonly do: 'publish'
  readonly on: string
  readonly channel: string
  readonly message: string
}
