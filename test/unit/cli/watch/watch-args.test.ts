import { expect, it } from 'vitest'
import { parseWatchArgs } from '../../../../src/cli/watch/watch-args.js'

it('what is watched is read from the arguments', () => {
  expect(parseWatchArgs(['h:1', '--for', '2', '--record', 'x', '--json'])).toMatchObject({
    ...{ forMs: 2_000, record: 'x', json: true, insecure: false, server: { host: 'h', port: 1 } },
  })
  expect(parseWatchArgs(['rediss://h', '--insecure'])).toMatchObject({ forMs: undefined, insecure: true })
  expect(parseWatchArgs(['--help']).help).toBe(true)
})

it.each([
  [[], /The server is missing/],
  [['h:1', 'h:2'], /One server at a time/],
  [['rediss://h', '--record', 'x'], /--record cannot read what goes over TLS/],
  [['h:1', '--for', 'x'], /--for must be a number/],
])('%j are refused', (argv, message) => {
  expect(() => parseWatchArgs(argv)).toThrow(message)
})
