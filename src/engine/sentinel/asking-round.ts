import type { Clock } from '../../base/clock.js'
import { rankCandidates } from '../../core/sentinel/primary-choice.js'
import { type PrimaryReport, readPrimary } from '../../core/sentinel/sentinel-reply.js'
import type { SentinelLine } from './sentinel-line.js'

/** How long the others are waited for once one has answered, in milliseconds. */
const OTHERS_WITHIN_MS = 1_000

/** What the sentinels said. */
export interface RoundResult {
  readonly reports: readonly PrimaryReport[]
  /** Why those did not answer that could not be asked. */
  readonly failures: readonly unknown[]
}

interface Answered {
  readonly id: string
  readonly report: PrimaryReport | undefined
}

/**
 * Asks all sentinels where the primary is. Resolves once more than half of them name one node, or all have answered or
 * failed, or the others are late.
 *
 * Never rejects, and each sentinel counts once, however many names it has.
 */
export function askAll(lines: readonly SentinelLine[], name: string, clock: Clock): Promise<RoundResult> {
  return new Promise(resolve => {
    const answers = new Map<string, PrimaryReport | undefined>()
    const failures: unknown[] = []
    let open = lines.length
    let isOver = false
    const reports = (): readonly PrimaryReport[] => [...answers.values()].filter(report => report !== undefined)
    const finish = (): void => {
      isOver = true
      patience?.dispose()
      resolve({ reports: reports(), failures })
    }
    const settle = (): void => {
      open -= 1
      const [best] = rankCandidates(reports())
      if (!isOver && (open <= 0 || (best !== undefined && 2 * best.votes > lines.length))) finish()
    }
    let patience: ReturnType<Clock['after']> | undefined
    if (lines.length === 0) return finish()
    for (const line of lines) {
      askOne(line, name)
        .then(
          ({ id, report }) => {
            answers.set(id, report)
            patience ??= clock.after(OTHERS_WITHIN_MS, finish)
          },
          error => failures.push(error),
        )
        .finally(settle)
    }
  })
}

async function askOne(line: SentinelLine, name: string): Promise<Answered> {
  const [address, master] = await line.ask([
    ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name],
    ['SENTINEL', 'MASTER', name],
  ])
  return { id: line.id, report: readPrimary(address, master) }
}
