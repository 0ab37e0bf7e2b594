import { describe, expect, it } from 'vitest'
import { describeStep } from '../../../../src/cli/stage/describe-step.js'
import { readShelf } from '../../../../src/cli/stage/scenario-shelf.js'
import { runScenarios } from '../../../../src/cli/stage/scenarios-program.js'
import { parseSimulateArgs } from '../../../../src/cli/stage/simulate-args.js'
import { parseSpoken } from '../../../../src/cli/stage/spoken-steps.js'
import { REHEARSALS } from '../../../../src/testing/rehearsal/rehearsals.js'
import { CommandRun } from '../../../support/command-run.js'

const SHELF = 'spec/scenarios/'

describe('scenarios', () => {
  it('lists each scenario to begin with, and with --all every one in which a server does something', async () => {
    const shelf = await readShelf(SHELF)
    expect(shelf.filter(({ isRehearsal }) => isRehearsal).map(({ name }) => name)).toEqual([...REHEARSALS.keys()])
    const few = new CommandRun(runScenarios, ['--json'])
    const all = new CommandRun(runScenarios, ['--json', '--all'])
    expect([await few.code, await all.code]).toEqual([0, 0])
    expect(JSON.parse(few.terminal.text)).toHaveLength(REHEARSALS.size)
    const listed: { name: string }[] = JSON.parse(all.terminal.text)
    expect(listed).toHaveLength(shelf.length)
    expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length)
  })

  it('describes one by its steps', async () => {
    const run = new CommandRun(runScenarios, ['rolling-upgrade'])
    expect(await run.code).toBe(0)
    expect(run.terminal.text).toContain('0.500 s  a announces moving to b within 1 s')
  })
})

describe('a step of the servers', () => {
  it.each([
    [{ do: 'node', node: 'b', owns: [{ from: 0, to: 99 }] }, 'b owns slots 0-99'],
    [{ do: 'node', node: 'b', refuses: 'CLUSTERDOWN' }, 'b refuses commands with CLUSTERDOWN'],
    [{ do: 'node', node: 'b', refuses: null }, 'b refuses commands no longer'],
    [{ do: 'node', node: 'b', handshakeMs: 5 }, 'b is from now on slower: a handshake takes 5 ms'],
    [{ do: 'begin-move', slot: 7, node: 'b' }, 'slot 7 begins to move to b'],
    [{ do: 'configure', node: 'b' }, 'the configured endpoint leads to b'],
    [{ do: 'azure', announcement: { type: 'azure-start' } }, 'Azure publishes azure-start'],
    [
      { do: 'azure', announcement: { type: 'azure-starting', startsInMs: 20_000 } },
      'Azure publishes azure-starting, due in 20 s',
    ],
  ] as const)('%j is told in a line', (step, told) => {
    expect(describeStep({ at: 0, ...step })).toBe(told)
  })
})

describe('what somebody tells the servers', () => {
  it.each([
    ['moving 15 b', 'a announces moving to b within 15 s'],
    ['moving 5 none', 'a announces moving to no named endpoint within 5 s'],
    ['failing-over', 'a announces failing-over within 15 s'],
    ['refuse b', 'b is from now on refusing'],
    ['reset b', 'b breaks its connections'],
  ])('%s is understood', (line, told) => {
    expect(describeStep(parseSpoken(line, 'a'))).toBe(told)
  })

  it.each([
    ['dance', /What is "dance"/],
    ['moving soon', /must be followed by seconds/],
    ['refuse', /must be followed by the name of a node/],
  ])('%s is refused', (line, reason) => {
    expect(() => parseSpoken(line, 'a')).toThrow(reason)
  })
})

describe('the arguments of the simulator', () => {
  it('have defaults', () => {
    expect(parseSimulateArgs([])).toEqual({
      ...{ scenario: undefined, nodes: 2, port: 0, backend: { kind: 'store' }, speed: 1, http: undefined },
      ...{ exit: false, json: false, help: false, proxyPorts: [], announced: '127.0.0.1' },
    })
  })

  it('name a running server as the data set', () => {
    expect(parseSimulateArgs(['--backend', 'localhost:7000']).backend).toEqual({
      kind: 'server',
      host: 'localhost',
      port: 7_000,
    })
  })

  it.each([
    [['a', 'b'], /One scenario at a time/],
    [['--nodes', '0'], /--nodes must be a number from 1/],
    [['--nodes', '1.5'], /--nodes must be a whole number/],
    [['--port', '70000'], /--port must be a number/],
    [['--speed', 'fast'], /--speed must be a number/],
    [['--backend', 'docker'], /--backend must be store, spawn, or host:port/],
  ])('%j are refused with the reason', (argv, reason) => {
    expect(() => parseSimulateArgs(argv)).toThrow(reason)
  })
})
