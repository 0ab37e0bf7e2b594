import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { isReadCommand } from '../../../../src/core/commands/read-commands.js'

interface Metadata {
  readonly flags?: readonly string[]
  readonly subcommands?: Readonly<Record<string, Metadata>>
}

/** What the servers and modules say about their commands, as the host ships it. */
const { COMMAND_METADATA } = createRequire(import.meta.url)(
  '@redis/client/dist/lib/command-metadata/command-metadata-data.js',
) as { readonly COMMAND_METADATA: Readonly<Record<string, Readonly<Record<string, Metadata>>>> }

interface Described {
  readonly words: readonly string[]
  readonly flags: readonly string[]
}

function describeAll(words: readonly string[], { flags = [], subcommands = {} }: Metadata): readonly Described[] {
  const below = Object.entries(subcommands).flatMap(([name, command]) => describeAll([...words, name], command))
  return [{ words, flags }, ...below]
}

const MODULES: Readonly<Record<string, string>> = { std: '', timeseries: 'timeseries.' }

const described = Object.entries(COMMAND_METADATA).flatMap(([module, commands]) =>
  Object.entries(commands).flatMap(([name, metadata]) =>
    describeAll([`${MODULES[module] ?? `${module}.`}${name}`], metadata),
  ),
)

/** Flagged `readonly` by their servers, and yet none that may simply be sent again. */
const LEFT_OUT = [
  // What they read is a cursor that they move, or the reply begins one.
  ['ft.cursor', 'ft.cursor del', 'ft.cursor gc', 'ft.cursor read'],
  // They change something that is not data.
  ['cf.compact', 'timeseries.refreshcluster'],
  // For people who look for faults.
  ['bf.debug', 'cf.debug', 'json.debug', 'ft.profile'],
  // Too new to be known well.
  ['arnext', 'arop', 'ft.aliaslist', 'ts.nrange', 'ts.nrevrange', 'ts.querylabels', 'ts.read'],
].flat()

describe('the commands that only read', () => {
  it('are among those of which their servers say so', () => {
    const ours = described.filter(({ words }) => isReadCommand(words))
    const questions = [['ping'], ['echo'], ['time'], ['info']]
    const flagged = ours.filter(({ words }) => !questions.some(([name]) => name === words[0]))
    expect(flagged.filter(({ flags }) => !flags.includes('readonly')).map(({ words }) => words)).toEqual([])
    expect(flagged.filter(({ flags }) => flags.includes('write')).map(({ words }) => words)).toEqual([])
    expect(flagged.length).toBeGreaterThan(150)
  })

  it('are all of those but the ones that are left out', () => {
    const missed = described.filter(({ words, flags }) => flags.includes('readonly') && !isReadCommand(words))
    expect(missed.map(({ words }) => words.join(' ')).toSorted()).toEqual(LEFT_OUT.toSorted())
  })

  it('are known in any case, as text or bytes', () => {
    for (const name of ['GET', 'get', 'Get', Buffer.from('get')]) expect(isReadCommand([name, 'key'])).toBe(true)
    expect(isReadCommand(['memory', 'Usage', 'key'])).toBe(true)
    expect(isReadCommand(['xinfo', Buffer.from('STREAM'), 'key'])).toBe(true)
  })

  it.each([
    [['XREAD', 'COUNT', '1', 'STREAMS', 'BLOCK', '0']],
    [['FT.AGGREGATE', 'index', '*', 'LIMIT', '0', '10']],
    [['PFCOUNT', 'key']],
    [['EVAL_RO', 'return 1', '0']],
    [['PING']],
  ])('include %j', args => {
    expect(isReadCommand(args)).toBe(true)
  })

  it.each([
    [['XREAD', 'BLOCK', '0', 'STREAMS', 'key', '$']],
    [['xread', 'block', '0', 'streams', 'key', '$']],
    [['XREADGROUP', 'GROUP', 'a', 'b', 'STREAMS', 'key', '>']],
    [['FT.AGGREGATE', 'index', '*', 'WITHCURSOR']],
    [['GETEX', 'key']],
    [['GETDEL', 'key']],
    [['SORT', 'key']],
    [['SORT', 'key', 'STORE', 'other']],
    [['GEORADIUS', 'key', '0', '0', '1', 'm', 'STORE', 'other']],
    [['GEOSEARCHSTORE', 'to', 'from']],
    [['BITFIELD', 'key', 'GET', 'u8', '0']],
    [['SPOP', 'key']],
    [['MEMORY', 'PURGE']],
    [['OBJECT']],
    [['OBJECT', 'HELP']],
    [['XINFO', 'NOTHING']],
    [['EVAL', 'return 1', '0']],
    [['CLIENT', 'ID']],
    [['WAIT', '1', '0']],
    [['SET', 'key', 'value']],
    [['NO.SUCH.COMMAND']],
    [['constructor']],
    [['']],
    [[undefined]],
    [[]],
  ])('do not include %j', args => {
    expect(isReadCommand(args)).toBe(false)
  })
})
