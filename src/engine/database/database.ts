import type { Clock } from '../../base/clock.js'
import type { Endpoint } from '../../base/endpoint.js'
import type { Random } from '../../base/random.js'
import type { Capability } from '../../core/events/maint-events.js'
import type { ResolvedMaintOptions } from '../../core/options/maint-options.js'
import { FULL_BUDGET, type RecoveryBudget } from '../../core/replies/recovery-budget.js'
import type { Target } from '../../core/target.js'
import type { AzureNotification } from '../../notifications/azure-notification.js'
import type { Words } from '../ports.js'
import { type AddressBook, addressBookOf } from './address-book.js'
import { Availability, type AvailabilityStatus } from './availability.js'
import { AzureChannel, type AzureRejection, type AzureSubscriber } from './azure-channel.js'
import type { HandoffQueue } from './handoffs/handoff-queue.js'
import type { QueueWeight } from './handoffs/queue-weights.js'
import { PrimaryLooks } from './primary-looks.js'
import type { OpenSource, PrimaryListener, PrimarySource } from './primary-source.js'
import { Rights } from './rights.js'
import { ScriptCache } from './script-cache.js'
import { UnlistedCommands } from './unlisted-commands.js'

/** A connection of an application to the database, as its members see it. */
export interface DatabaseMember {
  /** The address that it is connected to, where that is known. */
  readonly address: string | undefined
  /** Another member found that the server at that address takes no writes. `named`: the primary, where it has said that. */
  leaveReplica(named: Endpoint | undefined): void
  /** An outage of the database has begun or ended. */
  onAvailability(status: AvailabilityStatus): void
  /** Azure has announced something; copies may come. */
  onAzure(notification: AzureNotification): void
  onAzureRejected(rejection: AzureRejection): void
  /** What the source of the database tells, where it has one. */
  readonly primary?: PrimaryListener
}

/** Where a database is, and the options of its first client. */
export interface DatabaseSettings {
  readonly target: Target
  readonly maint: Pick<ResolvedMaintOptions, 'maxBackoffMs'>
  /** Where the primary is, where the target does not say it. */
  readonly source?: OpenSource | undefined
}

/** What databases need. */
export interface DatabaseParts {
  readonly clock: Clock
  readonly random: Random
}

/** The longest pause between two dials in a search for a primary, in milliseconds. Writes wait for their outcome. */
const LONGEST_SEARCH_PAUSE_MS = 400

/** How new connections fare that are asked something beside the handshake of the host. */
interface Greetings {
  /** How many in a row could not be made and gave no answer to it; infinitely many before the first answer. */
  broken: number
  /** How many in a row were ready, and broke before they had answered all of it. */
  cutOff: number
  /** Until when nothing is asked, in clock milliseconds. */
  leftOutUntil: number
  /** Whether the next one is asked nothing. */
  isNextLeftOut: boolean
}

/** What all clients and pools of one database in this process share. */
export class Database {
  readonly queue: HandoffQueue
  /** What the configured name leads to; `undefined` where it is an address or a path. */
  readonly book: AddressBook | undefined
  /** Where the configured route leads; `undefined` where the target says it. */
  readonly source: PrimarySource | undefined
  /** Whether it can be reached; the pauses between attempts are those of the client that came first. */
  readonly availability: Availability
  /** What its links have spent on looking for a primary. */
  readonly searches: { budget: RecoveryBudget } = { budget: FULL_BUDGET }
  /** The search for a primary. One link at a time makes it. */
  readonly primary: Availability
  /** The looks after a search that found none. */
  readonly looks: PrimaryLooks
  /** When its servers were last seen to be none that can name the primary, in clock milliseconds. */
  namesNoPrimaryAt: number = Number.NEGATIVE_INFINITY
  /** What its links ask new connections, and whether they bear it. */
  readonly greetings: Greetings = {
    broken: Number.POSITIVE_INFINITY,
    cutOff: 0,
    leftOutUntil: Number.NEGATIVE_INFINITY,
    isNextLeftOut: false,
  }
  readonly #clock: Clock
  readonly #rights = new WeakMap<object, Rights>()
  #unlisted: UnlistedCommands | undefined
  #scripts: ScriptCache | undefined
  #capability: Capability | undefined
  readonly #members = new Set<DatabaseMember>()
  #links = 0
  #azure: AzureChannel | undefined

  constructor({ clock, random }: DatabaseParts, queue: HandoffQueue, { target, maint, source }: DatabaseSettings) {
    this.#clock = clock
    this.queue = queue
    this.source = source?.(this.#listener())
    this.book = source === undefined ? addressBookOf(clock, target) : undefined
    const onChange = (status: AvailabilityStatus): void => {
      for (const member of this.#members) member.onAvailability(status)
    }
    this.looks = new PrimaryLooks(clock)
    this.primary = new Availability({ clock, random, maxBackoffMs: LONGEST_SEARCH_PAUSE_MS, asksFirst: true })
    this.availability = new Availability({ clock, random, maxBackoffMs: maint.maxBackoffMs, onChange })
  }

  /** A capability, as the object that all links of the database share where theirs is the same. */
  shared(capability: Capability): Capability {
    const known = this.#capability
    if (known !== undefined && isSame(known, capability)) return known
    this.#capability = capability
    return capability
  }

  /** The scripts that its links have used; made with the first of them. */
  get scripts(): ScriptCache | undefined {
    return this.#scripts
  }

  /** A link has executed a command with a script, or about all of them. */
  noteScript(words: Words): void {
    this.#scripts ??= new ScriptCache()
    this.#scripts.note(words)
  }

  /** What its servers say about commands that no list of ours has; made with the first of them. */
  get unlisted(): UnlistedCommands {
    this.#unlisted ??= new UnlistedCommands(this.#clock)
    return this.#unlisted
  }

  /** @param owner - Stands for one client or pool of the application: its connections have the same user. */
  rightsOf(owner: object): Rights {
    const known = this.#rights.get(owner)
    if (known !== undefined) return known
    const rights = new Rights()
    this.#rights.set(owner, rights)
    return rights
  }

  /** The number of a new link. */
  countLink(): number {
    this.#links += 1
    return this.#links
  }

  /** @param weight - How it counts for the sizes; `undefined` for a client whose pool counts for it. */
  join(member: DatabaseMember, weight: QueueWeight | undefined): void {
    this.#members.add(member)
    this.source?.start()
    if (weight !== undefined) this.queue.join(member, weight)
  }

  /** A second call does nothing. */
  leave(member: DatabaseMember): void {
    this.#members.delete(member)
    this.looks.end(member)
    this.queue.leave(member)
    if (this.#members.size > 0) return
    this.#azure?.stop()
    this.#azure = undefined
    this.source?.stop()
  }

  /** Listens to Azure's channel until the last member has left. One connection serves all members. */
  listenToAzure(open: () => AzureSubscriber): void {
    if (this.#azure !== undefined) return
    const each = (tell: (member: DatabaseMember) => void): void => {
      for (const member of [...this.#members]) tell(member)
    }
    this.#azure = new AzureChannel({
      open,
      clock: this.#clock,
      onNotification: notification => each(member => member.onAzure(notification)),
      onRejected: rejection => each(member => member.onAzureRejected(rejection)),
      // An error of the channel's connection is reported by the clients of the same database too.
      onError: () => {},
    })
    this.#azure.start()
  }

  #listener(): PrimaryListener {
    const each = (tell: (listener: PrimaryListener) => void): void => {
      for (const { primary } of [...this.#members]) if (primary !== undefined) tell(primary)
    }
    const asker = (): PrimaryListener | undefined => [...this.#members].flatMap(({ primary }) => primary ?? [])[0]
    return {
      onSwitch: endpoint => {
        this.availability.retryNow()
        each(listener => listener.onSwitch(endpoint))
      },
      onAway: forMs => each(listener => listener.onAway(forMs)),
      onPromotion: forMs => each(listener => listener.onPromotion(forMs)),
      look: async endpoint => asker()?.look(endpoint),
      verify: async endpoint => (await asker()?.verify(endpoint)) ?? false,
    }
  }

  /** A member has found that its server is a replica: that is true for all that are connected to the same address. */
  spreadNotWritable(by: DatabaseMember, named: Endpoint | undefined): void {
    const { address } = by
    if (address === undefined) return
    for (const member of this.#members) {
      if (member !== by && member.address === address) member.leaveReplica(named)
    }
  }
}

function isSame(one: Capability, other: Capability): boolean {
  if (one.state === 'supported') return other.state === 'supported' && one.endpointType === other.endpointType
  return one.state === other.state && 'reason' in one && 'reason' in other && one.reason === other.reason
}
