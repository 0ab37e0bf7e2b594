import { compareSequences, sumFindings, type WorkloadMaker } from './workload.js'

/** Publishes on channels that are heard by name and by pattern. */
export const publishSubscribe: WorkloadMaker = ({ moving, steady }, parameters) => {
  const { channels: count, patterns } = parameters as { channels: number; patterns: readonly string[] }
  const channels = Array.from({ length: count }, (_, at) => `ch:${at}`)
  const sent = new Map<string, string[]>(channels.map(channel => [channel, []]))
  const heard = new Map<string, string[]>()
  const note = (source: string, message: string): void => {
    const list = heard.get(source) ?? []
    list.push(message)
    heard.set(source, list)
  }
  const matches = (pattern: string, channel: string): boolean =>
    new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(channel)
  let published = 0

  return {
    async begin() {
      for (const channel of channels) await moving.subscribe(channel, message => note(channel, message))
      for (const pattern of patterns) {
        await moving.pSubscribe(pattern, (message, channel) => note(`${pattern} ${channel}`, message))
      }
    },
    async operate() {
      const channel = channels[published % channels.length] ?? ''
      published += 1
      sent.get(channel)?.push(String(published))
      await steady.publish(channel, String(published))
    },
    async finish() {
      // What was published before is delivered before the answer.
      await moving.ping()
      await moving.ping()
      const sources = channels.flatMap(channel => [
        { channel, source: channel },
        ...patterns.filter(p => matches(p, channel)).map(p => ({ channel, source: `${p} ${channel}` })),
      ])
      return sumFindings(
        sources.map(({ channel, source }) => compareSequences(sent.get(channel) ?? [], heard.get(source) ?? [])),
      )
    },
  }
}
