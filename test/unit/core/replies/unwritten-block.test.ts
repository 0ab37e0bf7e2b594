import { describe, expect, it } from 'vitest'
import { refusalOfBlock } from '../../../../src/core/replies/unwritten-block.js'

const REPLICA = new Error("READONLY You can't write against a read only replica. script: 5ab4, on @user_script:589.")
const ALONE = new Error('NOREPLICAS Not enough good replicas to write. script: 5ab4, on @user_script:1.')
const script = ['EVALSHA', '5ab4', '1', 'key']

const toCommands = (all: readonly (readonly string[])[]) => all.map(args => ({ args }))

describe('a block that was executed by a server that takes no writes', () => {
  it.each([
    ['scripts that were all refused', [script, script], [REPLICA, REPLICA]],
    ['a script that only read there', [script, script], [REPLICA, -5]],
    ['a script that failed for another reason', [script, script], [new Error('ERR no such key'), REPLICA]],
    ['a function', [['FCALL', 'write', '0'], script], ['OK', ALONE]],
    ['reads', [['GET', 'key'], script, ['HGETALL', 'key']], ['value', ALONE, []]],
    ['a command that was refused', [['PUBLISH', 'channel', 'text'], script], [new Error('NOPERM'), REPLICA]],
  ] as const)('wrote nothing, with %s', (_, commands, replies) => {
    expect(refusalOfBlock(toCommands(commands), replies)).toBe(
      replies.find(reply => [REPLICA, ALONE].includes(reply as Error)),
    )
  })

  it.each([
    ['no refusal', [script, ['GET', 'key']], ['OK', 'value']],
    ['another error', [script], [new Error('ERR no such key')]],
    ['a message that was published', [['PUBLISH', 'channel', 'text'], script], [1, REPLICA]],
    ['a database that was selected', [['SELECT', '1'], script], ['OK', REPLICA]],
    [
      'keys that are elsewhere',
      [script, script],
      [new Error('TRYAGAIN Multiple keys request during rehashing of slot'), 'OK'],
    ],
    ['an answer that is missing', [script, script], [REPLICA]],
  ] as const)('is not sent again, with %s', (_, commands, replies) => {
    expect(refusalOfBlock(toCommands(commands), replies)).toBeUndefined()
  })
})
