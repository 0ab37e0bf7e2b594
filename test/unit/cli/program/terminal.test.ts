import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { interruption } from '../../../../src/cli/program/interruption.js'
import { printable } from '../../../../src/cli/program/printable.js'
import { processTerminal } from '../../../../src/cli/program/terminal.js'

/** What a process writes to. */
class Sink extends EventEmitter {
  readonly written: string[] = []
  readonly isTTY: boolean

  constructor(isTTY = false) {
    super()
    this.isTTY = isTTY
  }

  write(text: string): boolean {
    return this.written.push(text) > 0
  }

  hasColors(): boolean {
    return true
  }
}

function open(stdout: Sink, env: NodeJS.ProcessEnv = {}) {
  return processTerminal({ stdout, stderr: new Sink(), env } as unknown as Parameters<typeof processTerminal>[0])
}

describe('the terminal of a process', () => {
  it('has colours and a screen where it is one', () => {
    const stdout = new Sink(true)
    expect(open(stdout)).toMatchObject({ color: true, screen: stdout })
    expect(open(stdout, { NO_COLOR: '1', TERM: 'dumb' })).toMatchObject({ color: false, screen: undefined })
    expect(open(new Sink())).toMatchObject({ color: false, screen: undefined })
  })

  it('drops what nobody reads any more', () => {
    const stdout = new Sink()
    open(stdout).print('line')
    expect(stdout.written).toEqual(['line\n'])
    expect(() => stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).not.toThrow()
    expect(() => stdout.emit('error', new Error('The disk is full'))).toThrow('The disk is full')
  })
})

describe('what interrupts a command', () => {
  it.each(['SIGINT', 'SIGTERM'])('is %s, once: the second one ends the process', name => {
    const source = Object.assign(new EventEmitter(), { stdout: new Sink() })
    const signal = interruption(source)
    source.emit(name)
    expect({ aborted: signal.aborted, listeners: source.listenerCount(name) }).toEqual({ aborted: true, listeners: 0 })
  })

  it('is an output that nobody reads any more', () => {
    const source = Object.assign(new EventEmitter(), { stdout: new Sink() })
    const signal = interruption(source)
    source.stdout.emit('error', new Error('write EPIPE'))
    expect(signal.aborted).toBe(true)
  })
})

it('a text that terminals would obey is spelled out', () => {
  expect(printable('a\u001b[2Jb\nc\u009bd é')).toBe('a\\x1b[2Jb\\x0ac\\x9bd é')
})
