import type { Clock } from '../../../base/clock.js'
import type { Answers } from '../../../core/sentinel/primary-choice.js'
import { type PrimaryReport, readPrimary } from '../../../core/sentinel/sentinel-reply.js'
import type { SentinelLine } from './sentinel-line.js'

/** How long the others are waited for once one has answered, in milliseconds. */
const OTHERS_WITHIN_MS = 1_000

/** How much longer where no primary is known and no more than half have answered: those may be the ones that are wrong. */
const MOST_WITHIN_MS = 2_000

/** What the sentinels said. */
export interface RoundResult extends Answers {
  /** Why those did not answer that could not be asked. */
  readonly failures: readonly unknown[]
}

interface Answered {
  readonly id: string
  readonly report: PrimaryReport | undefined
}

/** How a round is made. */
interface RoundParts {
  readonly lines: readonly SentinelLine[]
  /** What the sentinels call the primary. */
  readonly name: string
  readonly clock: Clock
  /** Whether the answers of the others would change nothing. */
  readonly isDecided: (answers: Answers) => boolean
  /** Whether more than half are to answer, where they do so in time. */
  readonly needsMost: boolean
}

/**
 * Asks all sentinels where the primary is. Resolves once the answers of the others would change nothing, or all have answered
 * or failed, or the others are late.
 *
 * Never rejects, and each sentinel counts once, however many names it has.
 */
export function askAll({ lines, name, clock, isDecided, needsMost }: RoundParts): Promise<RoundResult> {
  return new Promise(resolve => {
    const answers = new Map<string, PrimaryReport | undefined>()
    const failures: unknown[] = []
    let open = lines.length
    let isOver = false
    const said = (): Answers => {
      return { reports: [...answers.values()].filter(report => report !== undefined), asked: lines.length }
    }
    const finish = (): void => {
      isOver = true
      patience?.dispose()
      resolve({ ...said(), failures })
    }
    const onLate = (): void => {
      if (needsMost && 2 * answers.size <= lines.length) patience = clock.after(MOST_WITHIN_MS, finish)
      else finish()
    }
    const settle = (): void => {
      open -= 1
      if (!isOver && (open <= 0 || isDecided(said()))) finish()
    }
    let patience: ReturnType<Clock['after']> | undefined
    if (lines.length === 0) return finish()
    for (const line of lines) {
      askOne(line, name)
        .then(
          ({ id, report }) => {
            answers.set(id, report)
            patience ??= clock.after(OTHERS_WITHIN_MS, onLate)
          },
          error => failures.push(error),
        )
        .finally(settle)
    }
  })
}

async function askOne(line: SentinelLine, name: string): Promise<Answered> {
  const [[address], [master]] = await Promise.all([
    line.ask([['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name]]),
    line.ask([['SENTINEL', 'MASTER', name]]).catch((error: unknown) => {
      // It has answered: it does not know the name, or does not tell everything to this user.
      if (line.isUp) return []
      throw error
    }),
  ])
  return { id: line.id, report: readPrimary(address, master) }
}
