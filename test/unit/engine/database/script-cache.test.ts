import { describe, expect, it } from 'vitest'
import { ScriptCache } from '../../../../src/engine/database/script-cache.js'

/** A server that has some scripts, by their places in the question, and refuses to load others. */
function serverThat(answers: { readonly knows?: readonly number[]; readonly refuses?: readonly string[] } = {}) {
  const sent: string[] = []
  const send = async (words: readonly string[]): Promise<unknown> => {
    const [, subcommand, body = ''] = words
    if (subcommand === 'EXISTS') return words.slice(2).map((_, at) => (answers.knows?.includes(at) ? 1 : 0))
    sent.push(body)
    if (answers.refuses?.includes(body)) throw new Error('NOPERM')
    return 'digest'
  }
  return { sent, send }
}

function cacheOf(...commands: readonly (readonly string[])[]): ScriptCache {
  const cache = new ScriptCache()
  for (const words of commands) cache.note(words)
  return cache
}

describe('the scripts of a database', () => {
  it('are loaded where a server lacks them, each once', async () => {
    const cache = cacheOf(['SCRIPT', 'LOAD', 'a'], ['EVAL', 'b', '0'], ['eval_ro', 'c', '0'], ['EVAL', 'a', '0'])
    const { sent, send } = serverThat({ knows: [1] })
    expect(await cache.loadOn(send)).toEqual([])
    expect(sent).toEqual(['b', 'a'])
  })

  it('are all loaded where a server may not be asked', async () => {
    const { sent, send } = serverThat()
    const refuse = (words: readonly string[]): Promise<unknown> =>
      words[1] === 'EXISTS' ? Promise.reject(new Error('NOPERM')) : send(words)
    await cacheOf(['SCRIPT', 'LOAD', 'a'], ['EVAL', 'b']).loadOn(refuse)
    expect(sent).toEqual(['a', 'b'])
  })

  it('that were refused are named where the application has loaded them itself', async () => {
    const { send } = serverThat({ refuses: ['a', 'b'] })
    const refused = await cacheOf(['SCRIPT', 'LOAD', 'a'], ['EVAL', 'b']).loadOn(send)
    expect(refused).toMatchObject([{ digest: '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8' }])
  })

  it('are forgotten with SCRIPT FLUSH', async () => {
    const cache = cacheOf(['SCRIPT', 'LOAD', 'a'], ['script', 'flush', 'async'])
    const { sent, send } = serverThat()
    await cache.loadOn(send)
    expect([cache.size, sent]).toEqual([0, []])
  })

  it('are bounded by number and by size, and the oldest go first', async () => {
    const cache = new ScriptCache()
    for (let number = 0; number < 600; number++) cache.note(['EVAL', `return ${number}`])
    expect(cache.size).toBe(500)
    const [big, bigger] = ['x'.repeat(1_999_000), 'y'.repeat(2_000_001)]
    cache.note(['EVAL', big])
    cache.note(['EVAL', bigger])
    const { sent, send } = serverThat()
    await cache.loadOn(send)
    expect(sent.at(-1)).toBe(big)
    expect(sent.join('').length).toBeLessThanOrEqual(2_000_000)
    expect(sent).not.toContain('return 0')
  })
})
