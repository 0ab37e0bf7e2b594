import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { createDeferred, type Deferred } from '../../src/base/deferred.js'

/** What Chromium answers, or tells by itself. */
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']
const COMPLAINTS = /^(?:Log\.entryAdded|Runtime\.exceptionThrown|Runtime\.consoleAPICalled)$/

/** Where Chromium is; `undefined` where it is not installed. */
export function findChromium(): string | undefined {
  return PROGRAMS.find(name => {
    try {
      return execFileSync(name, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(' ')
    } catch {
      return false
    }
  })
}

/** One page in a browser without a screen, which is talked to by its own protocol over a pipe. */
export class Browser {
  /** What the page complained about: errors, and whatever it wrote to its console. */
  readonly complaints: unknown[] = []
  /** The addresses that the page asked for. */
  readonly requested: string[] = []
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #waiting = new Map<number, Deferred<unknown>>()
  #session: string | undefined
  #loaded = createDeferred<void>()
  #rest = ''
  #count = 0

  private constructor(program: string) {
    this.#profile = mkdtempSync(join(tmpdir(), 'redis-hitless-browser-'))
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage']
    this.#process = spawn(program, [...flags, '--remote-debugging-pipe', `--user-data-dir=${this.#profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const output = this.#process.stdio[4] as Readable
    output.on('data', chunk => this.#read(String(chunk)))
  }

  /** Starts it with an empty page. */
  static async start(program: string): Promise<Browser> {
    const browser = new Browser(program)
    const { targetId } = (await browser.ask('Target.createTarget', { url: 'about:blank' })) as { targetId: string }
    const target = { targetId, flatten: true }
    const { sessionId } = (await browser.ask('Target.attachToTarget', target)) as { sessionId: string }
    browser.#session = sessionId
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await browser.ask(`${domain}.enable`)
    return browser
  }

  /** Opens a page, and resolves when it has loaded. */
  async open(url: string): Promise<void> {
    this.#loaded = createDeferred<void>()
    await this.ask('Page.navigate', { url })
    await this.#loaded.promise
  }

  /** What an expression is in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const asked = this.ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    const { result, exceptionDetails } = (await asked) as { result: { value: T }; exceptionDetails?: unknown }
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return result.value
  }

  /** Presses and releases a key. */
  async press(key: string): Promise<void> {
    for (const type of ['rawKeyDown', 'keyUp']) {
      await this.ask('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: key === 'Tab' ? 9 : 13 })
    }
  }

  /** Sends a command of the protocol, and resolves with its answer. */
  ask(method: string, params: object = {}): Promise<unknown> {
    this.#count += 1
    const id = this.#count
    const answer = createDeferred<unknown>()
    this.#waiting.set(id, answer)
    const session = this.#session === undefined ? {} : { sessionId: this.#session }
    const input = this.#process.stdio[3] as Writable
    input.write(`${JSON.stringify({ id, method, params, ...session })}\0`)
    return answer.promise
  }

  /** Ends it. */
  async dispose(): Promise<void> {
    const ended = new Promise(resolve => void this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  #read(chunk: string): void {
    const messages = (this.#rest + chunk).split('\0')
    this.#rest = messages.pop() ?? ''
    for (const text of messages) this.#take(JSON.parse(text) as Message)
  }

  #take({ id, method = '', params, result, error }: Message): void {
    if (method === 'Page.loadEventFired') this.#loaded.resolve()
    if (method === 'Network.requestWillBeSent')
      this.requested.push((params as { readonly request: { readonly url: string } }).request.url)
    if (COMPLAINTS.test(method)) this.complaints.push(params)
    const waiting = id === undefined ? undefined : this.#waiting.get(id)
    if (id === undefined || waiting === undefined) return
    this.#waiting.delete(id)
    if (error === undefined) waiting.resolve(result)
    else waiting.reject(new Error(error.message))
  }
}
