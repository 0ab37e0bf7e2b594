import { expect, it } from 'vitest'
import type { HostName } from '../../../../src/cli/program/host-name.js'
import { hostVersion } from '../../../../src/cli/program/host-version.js'

it.each(['@redis/client', 'ioredis'] as const)('the version of %s is that of the installed package', name => {
  expect(hostVersion(name)).toMatch(/^6\.\d+\.\d+/)
})

it('that a library is not installed is said, with what to do', () => {
  expect(() => hostVersion('no-such-client' as HostName)).toThrow(
    'no-such-client is not installed: npm install no-such-client',
  )
})
