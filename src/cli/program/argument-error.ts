import { closestTo } from '../../base/closest-name.js'
import { textOf } from './error-text.js'

/** Says what is wrong with arguments. An argument that is not expected is not repeated: it may be a URL with a password. */
export function explainArguments(error: unknown, usage: string): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string }
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL')
    return 'There is an argument too many: this command takes options only'
  const [, name] = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? (/'(-[^']*)'/.exec(message ?? '') ?? []) : []
  if (name === undefined) return textOf(error)
  const meant = closestTo(name, usage.match(/--[a-z][a-z-]*/g) ?? [])
  return `There is no option ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}
