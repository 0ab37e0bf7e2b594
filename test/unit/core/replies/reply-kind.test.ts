import { describe, expect, it } from 'vitest'
import { HitlessError } from '../../../../src/base/errors.js'
import { classifyReplies, classifyReply, type RefusedReply } from '../../../../src/core/replies/reply-kind.js'

const SHA = '7b6149474e93dc3661a8a719fd6876221f0e5f0c'
const REPLICA = "READONLY You can't write against a read only replica."

const refused: readonly (readonly [message: string, expected: RefusedReply])[] = [
  [REPLICA, { kind: 'read-only', scope: 'command' }],
  ["READONLY You can't write against a read only slave.", { kind: 'read-only', scope: 'command' }],
  ['READONLY', { kind: 'read-only', scope: 'command' }],
  [`${REPLICA} script: ${SHA}, on @user_script:2.`, { kind: 'read-only', scope: 'script' }],
  [`${REPLICA} script: write, on @user_function:2.`, { kind: 'read-only', scope: 'script' }],
  [
    `ERR Error running script (call to f_${SHA}): @user_script:1: @user_script: 1: -READONLY You can't write against a read only slave.`,
    { kind: 'read-only', scope: 'script' },
  ],
  [`ERR user_script:1: ${REPLICA} script: ${SHA}, on @user_script:1.`, { kind: 'read-only', scope: 'script' }],
  [`ERR @user_script: 1: ${REPLICA}`, { kind: 'read-only', scope: 'script' }],
  [
    `ERR Error running script (call to f_${SHA}): @user_script:1: @user_script: 1: -MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.`,
    { kind: 'master-down', scope: 'script' },
  ],
  [`EXECABORT Transaction discarded because of: ${REPLICA}`, { kind: 'read-only', scope: 'transaction' }],
  [
    'EXECABORT Transaction discarded because of: LOADING Redis is loading the dataset in memory',
    { kind: 'loading', scope: 'transaction' },
  ],
  [
    'ERR Transaction contains write commands but instance is now a read-only slave. EXEC aborted.',
    { kind: 'read-only', scope: 'transaction' },
  ],
  [
    'EXECABORT Transaction contains write commands but instance is now a read-only replica. EXEC aborted.',
    { kind: 'read-only', scope: 'transaction' },
  ],
  [
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    { kind: 'unblocked', scope: 'command' },
  ],
  [
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> slave?)',
    { kind: 'unblocked', scope: 'command' },
  ],
  ['LOADING Redis is loading the dataset in memory', { kind: 'loading', scope: 'command' }],
  [
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    { kind: 'master-down', scope: 'command' },
  ],
  ['NOREPLICAS Not enough good replicas to write.', { kind: 'no-replicas', scope: 'command' }],
  [
    'EXECABORT Transaction discarded because of: NOREPLICAS Not enough good replicas to write.',
    { kind: 'no-replicas', scope: 'transaction' },
  ],
  [
    'ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -NOREPLICAS Not enough good replicas to write.',
    { kind: 'no-replicas', scope: 'script' },
  ],
  [
    'NOREPLICAS Not enough good replicas to write. script: f_1, on @user_script:1.',
    { kind: 'no-replicas', scope: 'script' },
  ],
  ['CLUSTERDOWN Hash slot not served', { kind: 'cluster-down', scope: 'command' }],
  ['TRYAGAIN Multiple keys request during rehashing of link', { kind: 'try-again', scope: 'command' }],
  ['NOSCRIPT No matching script. Please use EVAL.', { kind: 'no-script', scope: 'command' }],
  ['MOVED 3999 127.0.0.1:6381', { kind: 'redirected', scope: 'command' }],
  ['ASK 3999 127.0.0.1:6381', { kind: 'redirected', scope: 'command' }],
  ['REDIRECT 10.0.0.1:6379', { kind: 'names-primary', scope: 'command', primary: { host: '10.0.0.1', port: 6379 } }],
  ['REDIRECT ::1:6380', { kind: 'names-primary', scope: 'command', primary: { host: '::1', port: 6380 } }],
  ['REDIRECT :0', { kind: 'names-primary', scope: 'command' }],
]

const other: readonly string[] = [
  '',
  ' ',
  'ERR value READONLY is bad',
  `ERR unknown command 'x', with args beginning with: '${REPLICA}' `,
  `ERR user_script:1: the value was ${REPLICA}`,
  'ERR user_script:1: READONLY is what the user called it',
  'ERR Error running script (call to f_1): @user_script:1: READONLY, the word',
  'ERR Write commands are not allowed from read-only scripts.',
  'ERR Transaction contains errors',
  `MY ${REPLICA}`,
  'READONLYISH',
  'readonly as a word',
  "NOPERM this user has no permissions to run the 'set' command",
  'NOAUTH Authentication required.',
  'WRONGTYPE Operation against a key holding the wrong kind of value',
  'UNBLOCKED client unblocked via CLIENT UNBLOCK',
  'UNBLOCKED the stream key no longer exists',
  'EXECABORT Transaction discarded because of previous errors.',
  'EXECABORT Transaction discarded because of: OOM command not allowed when used memory > maxmemory.',
  'EXECABORT Transaction discarded because of: READONLYISH',
  'BUSY Redis is busy running a script.',
  'Socket closed unexpectedly',
  'constructor',
  '__proto__ x',
]

/** As the host reports a MULTI block with errors in it. */
class BlockError extends Error {
  readonly replies: readonly unknown[]

  constructor(replies: readonly unknown[]) {
    super('1 commands failed, see .replies and .errorIndexes for more information')
    this.replies = replies
  }
}

describe('an error that a server answered', () => {
  it.each(refused)('says why the command was refused: %s', (message, expected) => {
    expect(classifyReply(new Error(message))).toEqual(expected)
  })

  it.each(other)('says nothing where it is about anything else: %s', message => {
    expect(classifyReply(new Error(message))).toBeUndefined()
  })

  it('is one that a server answered', () => {
    expect(
      classifyReply(new HitlessError('UNAVAILABLE', REPLICA, { facts: { retryAt: 0, retryAfterMs: 0 } })),
    ).toBeUndefined()
    for (const value of [undefined, null, REPLICA, { message: REPLICA }, [new Error(REPLICA)], 7]) {
      expect(classifyReply(value)).toBeUndefined()
    }
  })

  it('is told from its replies where it is about a MULTI block', () => {
    const error = new BlockError(['one', new Error(`${REPLICA} script: ${SHA}, on @user_script:1.`)])
    expect(classifyReply(error)).toMatchObject({ kind: 'read-only', scope: 'script' })
    expect(classifyReply(new BlockError([new Error('WRONGTYPE Operation')]))).toBeUndefined()
  })
})

describe('several replies', () => {
  it('are told from the first that was refused, and all refused ones are named', () => {
    const replies = ['OK', new Error('WRONGTYPE Operation'), new Error(REPLICA), null, new Error('LOADING Redis')]
    expect(classifyReplies(replies)).toEqual({ kind: 'read-only', scope: 'command', indexes: [2, 4] })
  })

  it('without a refusal say nothing', () => {
    expect(classifyReplies([])).toBeUndefined()
    expect(classifyReplies(['READONLY', null, [new Error(REPLICA)], new Error('ERR syntax error')])).toBeUndefined()
  })

  it('of a block that was aborted for a queued command are about the whole block', () => {
    const aborted = new Error('EXECABORT Transaction discarded because of previous errors.')
    expect(classifyReplies(['OK', new Error(REPLICA), 'QUEUED', aborted])).toEqual({
      kind: 'read-only',
      scope: 'transaction',
      indexes: [1],
    })
    expect(classifyReplies(['OK', new Error('ERR unknown command'), aborted])).toBeUndefined()
  })
})
