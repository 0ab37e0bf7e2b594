import { printScores } from '../demo/score-table.js'
import type { Finding } from '../program/frame.js'
import type { RunResult } from '../rehearsal/rehearse.js'
import { losesOf, type Score } from '../rehearsal/score.js'
import type { ChaosArgs } from './chaos-args.js'

/** Whether everything is accounted for, what is not, and how to repeat it. */
export function toVerdict({ score, backend }: RunResult, args: ChaosArgs, faults: readonly string[]): Finding {
  const problems = losesOf(score)
  const { client, seed, seconds, tls } = args
  const repeat = `redis-hitless chaos --client ${client} --seconds ${seconds} --seed ${seed}${tls ? ' --tls' : ''}${onlyOf(args)}`
  return {
    ok: problems.length === 0,
    report: { ok: problems.length === 0, problems, repeat, client, backend, seed, seconds, faults, score },
    lines: [
      '',
      ...printScores([score], [client]),
      ...accountOf(score),
      '',
      ...(problems.length === 0 ? ['everything is accounted for'] : problems).map(line => `${client}: ${line}`),
      `repeat it with: ${repeat}`,
    ],
    decimals: 3,
  }
}

function accountOf({ queue, messages }: Score): readonly string[] {
  if (queue === null || messages === null) return []
  const { pushed, taken, lost, doubled } = queue
  const { published, heard, interrupted, missed } = messages
  return [
    `queue: ${pushed} items acknowledged, ${taken} taken, ${lost} lost, ${doubled} doubled`,
    `messages: ${published} published, ${heard} heard, ${interrupted} told to be missing, ${missed} missing without a word`,
  ]
}

function onlyOf({ only, everything }: ChaosArgs): string {
  return everything ? '' : ` --only ${only.join(',')}`
}
