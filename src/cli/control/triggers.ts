/** What can be done to a database of one address, by its effect on clients. */
const STANDALONE: Readonly<Record<string, readonly string[]>> = {
  data_movement_no_conn_drop: ['migrate', 'failover'],
  data_movement_conn_drop: ['migrate'],
  conn_drop: ['bind'],
  dns_resolution_change: ['bind'],
}

const FIRST_PORT = 12_000

/** Describes what triggers an effect, and which database it needs, as suites read it to make their cases. */
export function describeTriggers(effect: string, kind: 'slots' | 'standalone'): object {
  // Slots do not move here yet, and suites have no cases for what is not listed.
  const names = kind === 'standalone' ? (STANDALONE[effect] ?? []) : []
  return {
    effect,
    cluster: { index: 0, nodes: 2 },
    triggers: names.map((name, index) => ({
      name,
      description: `${effect} by ${name}`,
      requirements: [
        {
          dbconfig: configFor(`hitless-${name}-${index}`, FIRST_PORT + index),
          cluster: {},
          description: 'one address',
        },
      ],
    })),
  }
}

function configFor(name: string, port: number): object {
  return {
    name,
    port,
    memory_size: 104_857_600,
    replication: false,
    eviction_policy: 'noeviction',
    sharding: false,
    auto_upgrade: true,
    shards_count: 1,
    oss_cluster: false,
    proxy_policy: 'single',
    shards_placement: 'dense',
  }
}
