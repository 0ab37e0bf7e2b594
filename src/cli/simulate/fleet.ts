import type { Clock } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import { type HandoffSizes, sizeHandoffs } from '../../core/limits/handoff-sizing.js'
import { deriveSeed, instanceSeed, startDelayMs } from '../../core/limits/pacing.js'
import { DialPermits } from '../../engine/database/handoffs/dial-permits.js'
import { HandoffScheduler } from '../../engine/database/handoffs/handoff-scheduler.js'
import { createVirtualClock, type VirtualClock } from '../../testing/virtual-clock.js'
import { type ArrivalFigures, Arrivals } from './arrivals.js'
import type { FleetArgs } from './fleet-args.js'

/** A fleet that is to move. */
export interface FleetPlan extends Pick<FleetArgs, 'processes' | 'connections' | 'graceMs' | 'handshakeMs' | 'seed'> {
  /** Whether the processes spread their hand-offs. */
  readonly paced: boolean
}

/** How a fleet moved. */
export interface FleetRun extends ArrivalFigures {
  /** Arrivals at the new node in each 100 ms from the notification on. */
  readonly arrivals: readonly number[]
  /** Connections that were ready after the grace was over, or never. */
  readonly late: number
  /** The most dials that one process had open at once. */
  readonly peakDials: number
  /** How many dials had to wait for limits. */
  readonly refusals: number
}

interface Stage {
  readonly plan: FleetPlan
  readonly sizes: HandoffSizes
  readonly clock: Clock
  readonly arrivals: Arrivals
}

/** One process of the fleet, with what it would have for itself. */
interface Process {
  readonly stage: Stage
  readonly seed: number
  readonly scheduler: HandoffScheduler<number>
  readonly permits: DialPermits
}

const NEW_NODE = { host: 'new.node.example', port: 6379 }
const EVENT = 'moving/1'

/** Plays the move of a fleet on a clock of its own: all processes are told at 0. */
export async function playFleet(plan: FleetPlan): Promise<FleetRun> {
  const { processes, connections, graceMs } = plan
  const sizes = sizeHandoffs({ poolSize: connections })
  const time = createVirtualClock({ mostAtOnce: Number.POSITIVE_INFINITY })
  const stage: Stage = { plan, sizes, clock: inWholeMs(time), arrivals: new Arrivals(graceMs) }
  const fleet = Array.from({ length: processes }, (_, number) => createProcess(stage, number))
  for (const process of fleet) tellToMove(process)
  do await time.settleBy(graceMs)
  while (time.pending > 0)
  const { arrivals } = stage
  return {
    ...arrivals.figures(),
    arrivals: arrivals.counts,
    late: arrivals.late + processes * connections - arrivals.ready,
    peakDials: fleet.reduce((most, { scheduler }) => Math.max(most, scheduler.stats.peakRunning), 0),
    refusals: fleet.reduce((sum, { permits }) => sum + refusalsOf(permits), 0),
  }
}

/** Figures with fractions of milliseconds would say more than anybody knows. */
function inWholeMs(time: VirtualClock): Clock {
  return {
    now: () => time.now(),
    epochMs: () => time.epochMs(),
    after: (delayMs, task) => time.after(Math.ceil(delayMs), task),
  }
}

function createProcess(stage: Stage, number: number): Process {
  const { plan, sizes, clock } = stage
  const onError = (error: unknown): never => {
    throw error
  }
  return {
    stage,
    // Containers of one image differ by their names only.
    seed: instanceSeed({ host: `app-${plan.seed}-${number}`, process: 1 }),
    scheduler: new HandoffScheduler<number>({ sizes: () => sizes, clock, onError }),
    permits: new DialPermits(clock),
  }
}

function tellToMove(process: Process): void {
  const { stage, seed, scheduler } = process
  const { connections, graceMs, paced } = stage.plan
  const move = (signal: AbortSignal): Promise<void> => moveOne(process, signal)
  for (let slot = 0; slot < connections; slot += 1) {
    const offer = (): void => void scheduler.offer(slot, move)
    if (!paced) offer()
    else stage.clock.after(startDelayMs({ windowMs: graceMs, seed: deriveSeed(seed, `${EVENT}/${slot}`) }), offer)
  }
}

async function moveOne({ stage, permits }: Process, signal: AbortSignal): Promise<void> {
  const { clock, arrivals, plan } = stage
  const request = { endpoint: NEW_NODE, event: EVENT, links: plan.connections }
  const permit = await permits.acquire(request, { signal, untilAt: plan.graceMs })
  if (!permit.allowed) return
  arrivals.arrive(clock.now())
  await pause(clock, plan.handshakeMs)
  permits.settle(permit.dial)
  arrivals.finish(clock.now())
}

function refusalsOf({ figures }: DialPermits): number {
  return Object.values(figures.tripped).reduce((sum, count) => sum + count, 0)
}
