import { createWriteStream } from 'node:fs'
import { printEndpoint } from '../../base/endpoint.js'
import { CaptureWriter, createRecordProxy } from '../../capture/index.js'
import type { CommandParts } from '../command-line/cli-command.js'
import { type Finding, runProgram } from '../program/frame.js'
import { toJsonLine } from '../program/json-line.js'
import { printServerUrl } from '../program/server-url.js'
import { untilEnded } from '../program/until-ended.js'
import { parseRecordArgs, RECORD_USAGE, type RecordArgs } from './record-args.js'

/** Records what goes through a proxy. Resolves with the exit code; never rejects. */
export function runRecord(argv: readonly string[], parts: CommandParts): Promise<number> {
  const run = (args: RecordArgs): Promise<Finding> => record(args, parts)
  return runProgram({ usage: RECORD_USAGE, parse: parseRecordArgs, run }, argv, parts.terminal)
}

async function record(args: RecordArgs, { terminal, signal, version }: CommandParts): Promise<Finding> {
  const { server, output, listen, redact, insecure, forMs, json } = args
  const what = `proxy to ${printServerUrl(server)}`
  const writer = new CaptureWriter(createWriteStream(output), { what, by: `redis-hitless ${version}`, redact })
  try {
    const proxy = await createRecordProxy({
      target: { host: server.host, port: server.port },
      ...(server.tls && { tls: { rejectUnauthorized: !insecure } }),
      ...listen,
      writer,
    })
    const address = printEndpoint(proxy.endpoint)
    terminal.print(
      json ? toJsonLine({ listening: proxy.endpoint }) : `recording ${what}: connect clients to ${address}`,
    )
    await untilEnded(signal, forMs)
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
