import { describe, expect, it } from 'vitest'
import { refusalOfBlock } from '../../../../src/core/replies/unwritten-block.js'

const REPLICA = new Error("READONLY You can't write against a read only replica. script: 5ab4, on @user_script:589.")
const ALONE = new Error('NOREPLICAS Not enough good replicas to write. script: 5ab4, on @user_script:1.')
const NO_SCRIPT = new Error('NOSCRIPT No matching script. Please use EVAL.')
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

  it('is told by what refuses writes, where scripts are missing as well', () => {
    expect(refusalOfBlock(toCommands([script, script]), [NO_SCRIPT, REPLICA])).toBe(REPLICA)
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
    ['a script that is missing, and one that is not', [script, script], [NO_SCRIPT, 'OK']],
    ['a script that is missing, and one that failed', [script, script], [NO_SCRIPT, new Error('ERR no such key')]],
    ['a script that is missing, and a write', [['SET', 'key', 'value'], script], ['OK', NO_SCRIPT]],
    ['an answer that is missing', [script, script], [REPLICA]],
  ] as const)('is not sent again, with %s', (_, commands, replies) => {
    expect(refusalOfBlock(toCommands(commands), replies)).toBeUndefined()
  })
})

describe('a block whose scripts the server lacks', () => {
  it.each([
    ['nothing', [script, script], [NO_SCRIPT, NO_SCRIPT]],
    ['only reads', [['GET', 'key'], script], ['value', NO_SCRIPT]],
  ] as const)('executed %s', (_, commands, replies) => {
    expect(refusalOfBlock(toCommands(commands), replies)).toBe(NO_SCRIPT)
  })
})
