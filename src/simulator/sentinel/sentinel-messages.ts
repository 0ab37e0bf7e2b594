import type { Endpoint } from '../../base/endpoint.js'

/** What a sentinel publishes: a channel and a text. */
export type SentinelMessage = readonly [channel: string, text: string]

/** A change of the primary, as sentinels tell of it. */
export interface ToldFailover {
  readonly name: string
  readonly from: Endpoint
  readonly to: Endpoint
  /** The replicas that follow the new primary from then on, without the old one. */
  readonly others: readonly Endpoint[]
  readonly quorum: number
  readonly epoch: number
  readonly leader: { readonly id: string; readonly endpoint: Endpoint }
  /** Whether somebody asked for it; otherwise the primary was found to be down. */
  readonly asked: boolean
}

/** What the sentinel publishes that leads a failover, in the order of Redis 7, until the others know of the new primary. */
export function messagesOfLeader(told: ToldFailover): readonly SentinelMessage[] {
  const { name, from, to, others, epoch, asked, leader } = told
  const master = `master ${name} ${place(from)}`
  const chosen = replica(to, told)
  const found: readonly SentinelMessage[] = asked
    ? []
    : [
        ['+sdown', master],
        ['+odown', `${master} #quorum ${told.quorum}/${told.quorum}`],
      ]
  return [
    ...found,
    ['+new-epoch', String(epoch)],
    ['+try-failover', master],
    ['+vote-for-leader', `${leader.id} ${epoch}`],
    ['+elected-leader', master],
    ['+failover-state-select-slave', master],
    ['+selected-slave', chosen],
    ['+failover-state-send-slaveof-noone', chosen],
    ['+failover-state-wait-promotion', chosen],
    ['+promoted-slave', chosen],
    ['+failover-state-reconf-slaves', master],
    ...others.map((other): SentinelMessage => ['+slave-reconf-sent', replica(other, told)]),
  ]
}

/** What it publishes when its replicas follow: about a second later than the others it names the new primary. */
export function messagesAtTheEnd(told: ToldFailover): readonly SentinelMessage[] {
  const { name, from, others, asked } = told
  const master = `master ${name} ${place(from)}`
  return [
    ...(asked ? [] : ([['-odown', master]] as const)),
    ...others.flatMap((other): readonly SentinelMessage[] => [
      ['+slave-reconf-inprog', replica(other, told)],
      ['+slave-reconf-done', replica(other, told)],
    ]),
    ['+failover-end', master],
    ...messagesOfSwitch(told),
  ]
}

/** What the other sentinels publish: they learn the outcome from the leader. */
export function messagesOfFollower(told: ToldFailover): readonly SentinelMessage[] {
  const { name, from, leader, epoch, asked } = told
  const found: readonly SentinelMessage[] = asked
    ? [['+new-epoch', String(epoch)]]
    : [
        ['+sdown', `master ${name} ${place(from)}`],
        ['+new-epoch', String(epoch)],
        ['+vote-for-leader', `${leader.id} ${epoch}`],
      ]
  const { host, port } = leader.endpoint
  const source = `sentinel ${leader.id} ${host} ${port} @ ${name} ${place(from)}`
  return [...found, ['+config-update-from', source], ...messagesOfSwitch(told)]
}

function messagesOfSwitch({ name, from, to, others }: ToldFailover): readonly SentinelMessage[] {
  const followers = [...others, from].map((other): SentinelMessage => ['+slave', replica(other, { name, from: to })])
  return [['+switch-master', `${name} ${place(from)} ${place(to)}`], ...followers]
}

function replica({ host, port }: Endpoint, { name, from }: Pick<ToldFailover, 'name' | 'from'>): string {
  return `slave ${host}:${port} ${host} ${port} @ ${name} ${place(from)}`
}

/** An address as sentinels print it: with a space. */
function place({ host, port }: Endpoint): string {
  return `${host} ${port}`
}
