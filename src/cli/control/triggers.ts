/** What can be done to a database, by its effect on clients. */
type Triggers = Readonly<Record<string, readonly string[]>>

const STANDALONE: Triggers = {
  data_movement_no_conn_drop: ['migrate', 'failover'],
  data_movement_conn_drop: ['migrate'],
  conn_drop: ['bind'],
  dns_resolution_change: ['bind'],
}

const SLOTS: Triggers = {
  remove: ['migrate'],
  add: ['migrate'],
  'remove-add': ['migrate'],
  'slot-shuffle': ['migrate', 'failover'],
}

const FIRST_PORT = 12_000
const SHARDS = 3

/** Describes what triggers an effect, and which database it needs, as suites read it to make their cases. */
export function describeTriggers(effect: string, kind: 'slots' | 'standalone'): object {
  const names = (kind === 'slots' ? SLOTS : STANDALONE)[effect] ?? []
  return {
    effect,
    cluster: { index: 0, nodes: SHARDS },
    triggers: names.map((name, index) => ({
      name,
      description: `${effect} by ${name}`,
      requirements: [
        {
          dbconfig: configFor(`hitless-${name}-${index}`, FIRST_PORT + index, kind),
          cluster: {},
          description: kind === 'slots' ? `${SHARDS} primaries` : 'one address',
        },
      ],
    })),
  }
}

function configFor(name: string, port: number, kind: 'slots' | 'standalone'): object {
  const isCluster = kind === 'slots'
  return {
    name,
    port,
    memory_size: 104_857_600,
    replication: false,
    eviction_policy: 'noeviction',
    sharding: isCluster,
    auto_upgrade: true,
    shards_count: isCluster ? SHARDS : 1,
    oss_cluster: isCluster,
    proxy_policy: isCluster ? 'all-master-shards' : 'single',
    shards_placement: 'dense',
    ...(isCluster ? { shard_key_regex: [{ regex: '.*\\{(?<tag>.*)\\}.*' }, { regex: '(?<tag>.*)' }] } : {}),
  }
}
