import { expect, it } from 'vitest'
import { describeHosts } from '../../support/engine-hosts.js'
import { startJobServer } from '../../support/job-server.js'
import { noteHooks } from '../../support/rig.js'

describeHosts('a command that only its server knows', ({ connect }) => {
  it('blocks where the server says so, which is asked once, in the same write', async () => {
    const server = await startJobServer()
    const client = await connect(undefined, server.endpoint)
    const job = client.command(['job.take', 'jobs'])
    const count = client.command(['JOB.COUNT', 'jobs'])
    await expect.poll(() => client.maint.status().blockedCommands).toBe(1)
    server.add('one')
    expect(await job).toBe('one')
    await count
    server.add('two')
    expect(await client.command(['JOB.TAKE', 'jobs'])).toBe('two')
    await client.command(['JOB.COUNT', 'jobs'])
    expect(server.log).toEqual([
      'COMMAND INFO JOB.TAKE',
      'job.take jobs',
      'COMMAND INFO JOB.COUNT',
      'JOB.COUNT jobs',
      'JOB.TAKE jobs',
      'JOB.COUNT jobs',
    ])
    expect(client.maint.status().blockedCommands).toBe(0)
  })

  it('is released at a hand-off, and issued as it was where the dispatcher is', async () => {
    const [a, b] = [await startJobServer(), await startJobServer()]
    const client = await connect(undefined, a.endpoint)
    const job = client.command(['JOB.TAKE', 'jobs', '30'])
    await expect.poll(() => client.maint.status().blockedCommands).toBe(1)
    client.maint.signal({ type: 'moving', endpoint: b.endpoint, graceMs: 5_000 })
    await expect.poll(() => b.log).toContain('JOB.TAKE jobs 30')
    b.add('one')
    expect(await job).toBe('one')
    expect(a.log).toContain('CLIENT UNBLOCK 1 TIMEOUT')
  })

  it('is an ordinary one where its server tells nothing, which is told once', async () => {
    const server = await startJobServer(([name]) => (name === 'COMMAND' ? '-NOPERM no permissions\r\n' : undefined))
    const client = await connect(undefined, server.endpoint)
    const hooks = noteHooks(client)
    const job = client.command(['JOB.TAKE', 'jobs'])
    await expect.poll(() => hooks).toEqual(['request:refused'])
    const count = client.command(['JOB.COUNT', 'jobs'])
    server.add('one')
    expect(await job).toBe('one')
    await count
    expect(client.maint.status().blockedCommands).toBe(0)
    expect(server.log).toEqual(['COMMAND INFO JOB.TAKE', 'JOB.TAKE jobs', 'JOB.COUNT jobs'])
    expect(hooks).toHaveLength(1)
  })
})
