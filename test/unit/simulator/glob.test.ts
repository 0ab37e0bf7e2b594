import { describe, expect, it } from 'vitest'
import { matchesGlob } from '../../../src/simulator/store/glob.js'

describe('the glob patterns of the store', () => {
  it.each([
    ['h?llo', ['hello', 'hallo'], ['hllo', 'heello']],
    ['h*llo', ['hllo', 'heeello'], ['hell']],
    ['h[ae]llo', ['hello', 'hallo'], ['hillo']],
    ['h[^e]llo', ['hallo', 'h]llo'], ['hello']],
    ['h[a-c]llo', ['hbllo'], ['hdllo', 'h-llo']],
    ['h[c-a]llo', ['hbllo'], ['hdllo']],
    ['a\\*b', ['a*b'], ['axb']],
    ['a.b', ['a.b'], ['axb']],
    ['a(b|c)', ['a(b|c)'], ['ab']],
    ['*', ['', 'line\nbreak'], []],
    ['x[]y', [], ['xy', 'x]y']],
    ['[', [], ['[', '']],
    ['a[bc', ['ab', 'ac'], ['a[bc', 'a']],
    ['[^', ['a', '^'], ['']],
    ['[\\]a]', [']', 'a'], ['\\', '\\a]']],
    ['[a\\-c]', ['a', '-', 'c'], ['b', '\\']],
    ['[Z-]a', ['Z', '[', ']', 'a'], ['Za', 'Y']],
    ['[b\\', ['b', '\\'], ['b\\']],
    ['a\\', ['a\\'], ['a']],
    ['a***c', ['ac', 'abc'], ['ab']],
  ])('%s', (pattern, matching, other) => {
    expect(matching.filter(name => !matchesGlob(pattern, name))).toEqual([])
    expect(other.filter(name => matchesGlob(pattern, name))).toEqual([])
  })
})
