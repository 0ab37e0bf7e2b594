import { systemClock, type Timer } from '../../base/clock.js'
import { pause } from '../../base/pause.js'
import type { ClientKind, PlayerReport, Traffic } from '../player/player-messages.js'
import { type PlayerProcess, startPlayer } from '../player/player-process.js'
import { waitUntil } from '../program/wait-until.js'
import { type BackendChoice, createStage, type Stage } from './rehearsal-stage.js'
import { addNote, addSample, enterStep, openScene, type Scene } from './scene.js'
import { type LastWords, type Score, toScore } from './score.js'
import { type Pace, type Step, tidy } from './script.js'
import type { View } from './view.js'

/** What is played, to whom, and where it is shown. */
export interface RunOptions {
  readonly client: ClientKind
  readonly backend: BackendChoice
  readonly script: readonly Step[]
  readonly pace: Pace
  readonly view: View
  /** Ends the run early; it still gives everything back. */
  readonly signal: AbortSignal
  /** The compiled program of a player. */
  readonly playerProgram: string
  /** Whether nodes speak TLS. Default `false`. */
  readonly tls?: boolean
  /** The file of a capture of the client, where one is wanted. */
  readonly record?: string | undefined
  /** Default commands alone. */
  readonly traffic?: Traffic
}

/** How a run went. */
export interface RunResult {
  readonly score: Score
  readonly backend: string
}

const WORKERS = 32
const REST_MS = 14
const SEED = 20_260
const TICK_MS = 100

/** How long a step waits for the client to arrive where it leads, beyond its own time, in milliseconds. */
const ARRIVE_WITHIN_MS = 3_000

/** So many connections in one step show that a client runs in circles: then the nodes stop repeating what sets it off. */
const CALM_AT_CONNECTIONS = 300

/** With so many it would harm the machine. */
const KILL_AT_CONNECTIONS = 2_000

/**
 * Plays a script to one client in a process of its own, and audits the server afterwards.
 *
 * @throws HitlessError `SIMULATOR_UNAVAILABLE` when the nodes cannot be started, and the client's error when it cannot even
 * connect to them.
 */
export async function playRun(options: RunOptions): Promise<RunResult> {
  const stage = await createStage(options.backend, { tls: options.tls ?? false })
  const run = new Run(options, stage)
  try {
    return { score: await run.play(), backend: stage.backend }
  } finally {
    run.end()
    await stage.dispose()
  }
}

class Run {
  readonly #options: RunOptions
  readonly #stage: Stage
  readonly #player: PlayerProcess
  readonly #startedAt = systemClock.now()
  readonly #astray: string[] = []
  #scene: Scene
  #last: LastWords | undefined
  #ticker: Timer | undefined
  #calmed = false
  /** How many connections there had been when the step began. */
  #connectionsBefore = 0

  constructor(options: RunOptions, stage: Stage) {
    const { client, script } = options
    this.#options = options
    this.#stage = stage
    this.#scene = openScene({ client, backend: stage.backend, steps: script, nodes: stage.nodes() })
    const { url, controlUrl, trusted } = stage
    const { record, traffic = 'commands' } = options
    const load = { workers: WORKERS, restMs: REST_MS, seed: SEED, traffic }
    const files = { ...(record !== undefined && { record }), ...(trusted !== undefined && { trusted }) }
    const settings = { client, url, controlUrl, ...load, ...files }
    this.#player = startPlayer(options.playerProgram, settings, report => this.#take(report))
  }

  async play(): Promise<Score> {
    const { client, script, signal } = this.#options
    await this.#player.connected
    this.#tick()
    for (const step of script) {
      if (this.#player.gone || signal.aborted) break
      await this.#playStep(step)
    }
    this.#change(scene => enterStep(scene, undefined))
    const end = await this.#player.finish()
    const connections = this.#stage.connections()
    return toScore({ client, end, last: this.#last, connections, astray: this.#astray })
  }

  /** Ends what the run started besides the stage. */
  end(): void {
    this.#ticker?.dispose()
    if (!this.#player.gone) this.#player.kill('the run was broken off')
    this.#options.view.end()
  }

  async #playStep(step: Step): Promise<void> {
    const { pace } = this.#options
    const stage = this.#stage
    await this.#player.enter(step.id, step.resets === true)
    this.#connectionsBefore = this.#stage.connections()
    this.#calmed = false
    this.#change(scene => enterStep(scene, step))
    await step.act(stage, pace)
    await this.#rest(pace.ms(step.lastsMs))
    const { leadsTo } = step
    const arrived = (): boolean => leadsTo === undefined || this.#scene.current === leadsTo || this.#over
    const settings = { withinMs: ARRIVE_WITHIN_MS, everyMs: TICK_MS }
    if (!(await waitUntil(arrived, settings))) {
      this.#astray.push(step.id)
      this.#note(`the client did not arrive at node ${leadsTo}`)
    }
    await tidy(stage)
  }

  get #over(): boolean {
    return this.#player.gone || this.#options.signal.aborted
  }

  async #rest(forMs: number): Promise<void> {
    const endsAt = systemClock.now() + forMs
    await waitUntil(() => this.#over, { withinMs: forMs - TICK_MS, everyMs: TICK_MS })
    if (!this.#over) await pause(systemClock, endsAt - systemClock.now(), true)
  }

  #tick(): void {
    this.#ticker = systemClock.after(TICK_MS, () => this.#tick())
    this.#change(scene => ({ ...scene, nodes: this.#stage.nodes(), current: this.#stage.look() }))
    this.#capConnections()
  }

  #capConnections(): void {
    const connections = this.#stage.connections() - this.#connectionsBefore
    if (connections > KILL_AT_CONNECTIONS) this.#player.kill(`stopped after it opened ${connections} connections`)
    if (connections <= CALM_AT_CONNECTIONS || this.#calmed) return
    this.#calmed = true
    for (const node of this.#stage.simulator.nodes) node.endMove()
    this.#note(`the nodes stop repeating MOVING, as the client opened ${connections} connections`)
  }

  #take(report: PlayerReport): void {
    switch (report.type) {
      case 'sample': {
        const { sample, incidents } = report
        this.#last = { total: sample, incidents }
        return this.#change(scene => addSample(scene, sample, incidents))
      }
      case 'note':
        return this.#note(report.text)
      default:
        return
    }
  }

  #note(text: string): void {
    this.#change(scene => addNote(scene, text))
  }

  #change(change: (scene: Scene) => Scene): void {
    this.#scene = { ...change(this.#scene), elapsedMs: systemClock.now() - this.#startedAt }
    this.#options.view.show(this.#scene)
  }
}
