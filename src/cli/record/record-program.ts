import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { printEndpoint } from '../../base/endpoint.js'
import { CaptureWriter, createRecordProxy } from '../../capture/index.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { explainFailure } from '../program/explain-failure.js'
import { type Finding, runProgram } from '../program/frame.js'
import { toJsonLine } from '../program/json-line.js'
import { printServerUrl, type ServerUrl } from '../program/server-url.js'
import { untilEnded } from '../program/until-ended.js'
import { reachServer } from './reach-server.js'
import { parseRecordArgs, RECORD_USAGE, type RecordArgs } from './record-args.js'

/** Records what goes through a proxy. Resolves with the exit code; never rejects. */
export function runRecord(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: RecordArgs): Promise<Finding> => record(args, parts)
  return runProgram({ usage: RECORD_USAGE, parse: parseRecordArgs, run }, argv, parts.terminal)
}

async function record(args: RecordArgs, { terminal, signal, version }: CommandParts): Promise<Finding> {
  const { server, output, listen, redact, insecure, forMs, json } = args
  await reachServer(args)
  const what = `proxy to ${printServerUrl(server)}`
  const file = createWriteStream(output)
  await once(file, 'open')
  const broken = new AbortController()
  const writer = new CaptureWriter(file, { what, by: `redis-hitless ${version}`, redact })
  file.once('error', () => broken.abort())
  try {
    const proxy = await createRecordProxy({
      target: { host: server.host, port: server.port },
      ...(server.tls && { tls: { rejectUnauthorized: !insecure } }),
      ...listen,
      writer,
      onFailure: toComplaints(terminal, server),
    })
    const address = printEndpoint(proxy.endpoint)
    terminal.print(
      json ? toJsonLine({ listening: proxy.endpoint }) : `recording ${what}: connect clients to ${address}`,
    )
    await untilEnded(AbortSignal.any([signal, broken.signal]), forMs)
    await proxy.close()
    await writer.end()
    const { connections } = proxy
    const { written } = writer
    return {
      ok: true,
      report: { output, connections, bytes: written, redacted: redact },
      lines: [`${connections} connections, ${written} bytes in ${output}${redact ? '' : ', with keys and values'}`],
    }
  } finally {
    await writer.end().catch(() => {})
  }
}

/** Complains of connections that failed; of one reason once until there is another. */
function toComplaints(terminal: CommandParts['terminal'], server: ServerUrl): (error: Error) => void {
  let last = ''
  return error => {
    const reason = explainFailure(error, server)
    if (reason !== last) terminal.complain(reason)
    last = reason
  }
}
