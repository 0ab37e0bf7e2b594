import { randomBytes } from 'node:crypto'
import { noFindings, type WorkloadMaker } from './workload.js'

/** Writes in a database that was selected at run time. */
export const selectedDatabase: WorkloadMaker = ({ moving, steady }, { database }) => {
  const findings = noFindings()
  let written = 0
  return {
    begin: () => moving.select(Number(database)),
    async operate() {
      await moving.set(`key:${written}`, 'value')
      written += 1
    },
    async finish() {
      await steady.select(Number(database))
      const found = await Promise.all(Array.from({ length: written }, (_, at) => steady.exists(`key:${at}`)))
      findings.lost = found.filter(count => count === 0).length
      return findings
    },
  }
}

/** Guards a key, lets somebody else change it, and tries to commit. */
export const watchedKeys: WorkloadMaker = ({ moving, steady }) => {
  const findings = noFindings()
  let round = 0
  return {
    async begin() {},
    async operate() {
      round += 1
      await moving.watch('guarded')
      await steady.set('guarded', `theirs:${round}`)
      const outcome = await moving
        .multi()
        .set('guarded', `ours:${round}`)
        .exec()
        .catch((error: Error) => error.constructor.name)
      if (outcome !== 'WatchError') findings.failures += 1
    },
    async finish() {
      if ((await steady.get('guarded')) !== `theirs:${round}`) findings.lost += 1
      return findings
    },
  }
}

/** Writes large blocks, each of which names its round in every key. */
export const atomicBlocks: WorkloadMaker = ({ moving, steady }, { commands, valueBytes }) => {
  const findings = noFindings()
  const keys = Array.from({ length: Number(commands) }, (_, at) => `block:${at}`)
  const padding = randomBytes(Number(valueBytes) / 2).toString('hex')
  let round = 0
  return {
    async begin() {},
    async operate() {
      round += 1
      const block = moving.multi()
      for (const key of keys) block.set(key, `${round} ${padding}`)
      block.incr('block:count')
      const [replies] = await Promise.all([block.exec().catch(() => undefined), moving.ping()])
      if (replies === undefined) findings.failures += 1
      const rounds = new Set((await steady.mGet(keys)).map(value => value?.split(' ')[0]))
      if (rounds.size !== 1) findings.disordered += 1
    },
    async finish() {
      const count = Number(await steady.get('block:count'))
      findings.lost = Math.max(round - count, 0)
      findings.doubled = Math.max(count - round, 0)
      return findings
    },
  }
}

/** Reads a key through the client's cache after somebody else changed it. */
export const cachedReads: WorkloadMaker = ({ moving, steady }) => {
  const findings = noFindings()
  let version = 0
  return {
    async begin() {
      await steady.set('cached', '0')
    },
    async operate() {
      await moving.get('cached')
      version += 1
      await steady.set('cached', String(version))
      // The server has told of the change before it answers this.
      await moving.ping()
      if ((await moving.get('cached')) !== String(version)) findings.disordered += 1
    },
    async finish() {
      return findings
    },
  }
}

/** Sends bursts that only give the right end when they are executed in order. */
export const commandOrder: WorkloadMaker = ({ moving, steady }, { burst }) => {
  const findings = noFindings()
  const sent: string[] = []
  return {
    async begin() {},
    async operate() {
      const items = Array.from({ length: Number(burst) }, (_, at) => String(sent.length + at))
      sent.push(...items)
      const replies = await Promise.allSettled(items.map(item => moving.rPush('ordered', item)))
      findings.failures += replies.filter(({ status }) => status === 'rejected').length
    },
    async finish() {
      const got = await steady.lRange('ordered', 0, -1)
      findings.disordered = got.filter((item, at) => item !== sent[at]).length
      findings.lost = Math.max(sent.length - got.length, 0)
      return findings
    },
  }
}
