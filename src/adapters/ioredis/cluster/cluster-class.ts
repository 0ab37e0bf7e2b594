import { shareEvents } from '../../../engine/link/events/shared-events.js'
import { type ClusterMaint, createClusterMaint } from '../../../engine/maint/cluster-maint.js'
import { MuteNodes } from '../../../engine/topology/cluster/mute-nodes.js'
import { NodeSearch } from '../../../engine/topology/cluster/node-search.js'
import { SlotMoves } from '../../../engine/topology/cluster/slot-moves.js'
import type { HostRedis } from '../ioredis-module.js'
import type { IoredisSettings, IoredisSurroundings } from '../ioredis-options.js'
import { type HitlessRedisClass, redisClassWith } from '../redis-class.js'
import { ChannelClient } from './channel-client.js'
import { ClusterNodes } from './cluster-nodes.js'
import { ClusterRedirects } from './cluster-redirects.js'
import { ownOptionsOf, settleClusterOptions } from './ioredis-cluster-options.js'
import {
  assertClusterSupported,
  type HostCluster,
  type HostRedirectHandlers,
  type IoredisClusterModule,
  type IoredisClusterOptions,
  type RedirectsLeft,
} from './ioredis-cluster-seams.js'
import { PoolTopology } from './pool-topology.js'
import { ShardClients } from './shard-clients.js'

/** A cluster of the host with its `maint` member. */
export interface HitlessHostCluster extends HostCluster {
  readonly maint: ClusterMaint
}

/** The class of such clusters. */
export type HitlessClusterClass = new (nodes: readonly unknown[], options?: IoredisClusterOptions) => HitlessHostCluster

type ClusterSurroundings = IoredisSurroundings & { readonly module: IoredisClusterModule }

/** What follows the slots of a cluster. */
interface Following {
  readonly topology: PoolTopology
  readonly moves: SlotMoves
  readonly redirects: ClusterRedirects
}

/** What is behind a cluster: nothing of ours but its `maint` where everything is off. */
interface Behind {
  readonly maint: ClusterMaint
  readonly following: Following | undefined
}

/** Makes the class of the application's clusters: the host's own, whose clients are ours. */
export function createHitlessCluster(surroundings: ClusterSurroundings, Redis: HitlessRedisClass): HitlessClusterClass {
  const { module, clock } = surroundings
  const all = new WeakMap<HostCluster, Behind>()
  const followingOf = (cluster: HostCluster): Following | undefined => all.get(cluster)?.following

  return class Cluster extends module.Cluster {
    constructor(nodes: readonly unknown[], options: IoredisClusterOptions = {}) {
      // What is wrong with the options is said before anything begins.
      const settings = settleClusterOptions(nodes, options, surroundings)
      super(nodes, options)
      const waitsForNodes = options.clusterNodeRetryStrategy !== null
      all.set(this, putBehind(this, settings, { surroundings, Redis, waitsForNodes }))
    }
    get maint(): ClusterMaint {
      return (all.get(this) as Behind).maint
    }
    override duplicate(nodes: readonly unknown[] = [], given: IoredisClusterOptions = {}): HostCluster {
      const { redisOptions } = this.options
      const both = redisOptions && given.redisOptions && { redisOptions: { ...redisOptions, ...given.redisOptions } }
      return new Cluster(nodes.length > 0 ? nodes : [...this.startupNodes], { ...this.options, ...given, ...both })
    }
    override handleError(error: Error, left: RedirectsLeft, handlers: HostRedirectHandlers): void {
      const redirects = followingOf(this)?.redirects
      redirects?.forgive(error, left)
      super.handleError(error, left, redirects?.around(handlers) ?? handlers)
    }
    override refreshSlotsCache(callback?: (error?: Error | null) => void): void {
      if (callback === undefined && followingOf(this)?.redirects.isFollowing === true) return
      super.refreshSlotsCache(callback)
    }
    override getInfoFromNode(redis: HostRedis | undefined, callback: (error?: Error | null) => void): void {
      const following = followingOf(this)
      if (following === undefined || redis === undefined) return super.getInfoFromNode(redis, callback)
      const askedAt = clock.now()
      const { topology, moves } = following
      const leaveDoubtful = topology.leavingDoubtful()
      super.getInfoFromNode(plainCopyOf(topology.askedFor(redis)), error => {
        if (!error) moves.looked(askedAt)
        if (!error) leaveDoubtful()
        callback(error)
      })
    }
  }

  /** The host asks with a client of its own, which ends then. */
  function plainCopyOf({ options }: HostRedis): HostRedis {
    const { maintNotifications: _, hitless: __, ...plain } = options
    return { duplicate: (override: object) => new module.Redis({ ...plain, ...override }) } as HostRedis
  }
}

interface Around {
  readonly surroundings: ClusterSurroundings
  readonly Redis: HitlessRedisClass
  /** The host's default and `null` are one to it, and not to us: a node that has gone is not given up then. */
  readonly waitsForNodes: boolean
}

function putBehind(cluster: HostCluster, { maint, off }: IoredisSettings, around: Around): Behind {
  const { surroundings, Redis, waitsForNodes } = around
  const { module, clock, random } = surroundings
  assertClusterSupported(module.Cluster, cluster)
  const events = shareEvents(clock)
  cluster.on('end', () => events.streams.endAll())
  const facts = { maint, off, clock, ...events }
  if (off !== undefined) return { maint: createClusterMaint({ ...facts, links: () => [] }), following: undefined }

  const topology = new PoolTopology(
    clock,
    cluster,
    () => void cluster.shardedSubscribers?.reset(cluster.slots, cluster.nodes()),
  )
  const moves = new SlotMoves(clock, random, topology)
  const redirects = new ClusterRedirects({ clock, cluster, Command: module.Command, topology, moves })
  const mute = watchNodes(cluster, { topology, moves }, { clock, random })
  const NodeRedis = redisClassWith(Redis, {
    ...surroundings,
    hooks: events.hooksOfEach,
    onEffect: effect => moves.onEffect(effect),
    cluster: {
      refuse: (...failed) => redirects.refuse(...failed),
      passOn: (...failed) => redirects.passOn(...failed),
      confirm: (node, commands) => mute.confirm(node, () => redirects.lost(commands)),
    },
  })
  const nodes = new ClusterNodes({ cluster, NodeRedis, own: ownOptionsOf(cluster.options), waitsForNodes })
  cluster.subscriber = new ChannelClient({ cluster, nodes, Command: module.Command, clock, random })
  if (cluster.options.shardedSubscribers === true)
    cluster.shardedSubscribers = new ShardClients({ cluster, nodes, Command: module.Command, clock, redirects })
  return {
    maint: createClusterMaint({ ...facts, links: () => nodes.links }),
    following: { topology, moves, redirects },
  }
}

/** Watches the masters of a cluster for those that say nothing, or are away. */
function watchNodes(
  cluster: HostCluster,
  { topology, moves }: Pick<Following, 'topology' | 'moves'>,
  { clock, random }: Pick<ClusterSurroundings, 'clock' | 'random'>,
): MuteNodes<HostRedis> {
  const search = new NodeSearch(clock, random, topology)
  const mute = new MuteNodes<HostRedis>(clock, {
    listMute: () => topology.listMute(),
    isStillMaster: node => topology.isStillMaster(node),
    onMute: () => search.begin(),
    onLost: node => topology.leaveLost(node),
  })
  cluster.on('ready', () => mute.start())
  cluster.on('close', () => {
    moves.stop()
    search.stop()
    mute.stop()
  })
  return mute
}
