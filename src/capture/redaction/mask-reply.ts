import { isMaintenanceName } from '../../notifications/wire-name.js'
import { type Frame, textIn } from '../frames/found-frame.js'
import { maskAll } from './mask.js'
import { isAzureChannel } from './mask-request.js'

/** The fields of the answer to HELLO that are kept. */
const HELLO_FIELDS = /^(?:server|version|proto|id|mode|role|availability_zone)$/
const HELLO_KNOWN_BY = ['server', 'version', 'proto', 'mode', 'role'] as const

const LAST_SLOT = 16_383

/** Masks what a server sent but for what it says about itself, and its maintenance notifications. */
export function maskReply(bytes: Buffer, frame: Frame): void {
  if (frame.type === '>') maskPush(bytes, frame)
  else if (isHello(bytes, frame)) maskHelloAnswer(bytes, frame)
  else if (!isRole(bytes, frame) && !isSlots(bytes, frame)) maskAll(bytes, frame)
}

function maskPush(bytes: Buffer, { items }: Frame): void {
  const [first, ...fields] = items
  const name = textIn(bytes, first)
  if (isMaintenanceName(name)) return
  // A kind that came later may carry keys: its name alone is kept.
  if (first !== undefined && (name === undefined || !/^[A-Za-z_-]{1,32}$/.test(name))) maskAll(bytes, first)
  if (isAzureChannel(bytes, fields[0])) return
  for (const field of fields) {
    // The number of subscriptions says nothing about data.
    if (field.type !== ':') maskAll(bytes, field)
  }
}

/** The answer to HELLO, by its fields: a map, or a list of names and values before RESP3. */
function isHello(bytes: Buffer, { type, items }: Frame): boolean {
  if (type !== '%' && type !== '*') return false
  const names = new Set(items.filter((_, index) => index % 2 === 0).map(item => textIn(bytes, item)))
  return HELLO_KNOWN_BY.every(name => names.has(name))
}

function maskHelloAnswer(bytes: Buffer, { items }: Frame): void {
  for (const [index, item] of items.entries()) {
    const name = textIn(bytes, items[index - (index % 2)]) ?? ''
    if (!HELLO_FIELDS.test(name)) maskAll(bytes, item)
  }
}

/** The answer to ROLE: no list of texts that a user has begins `master` and goes on with a number. */
function isRole(bytes: Buffer, { type, items }: Frame): boolean {
  if (type !== '*') return false
  const [role, second, third] = items
  const name = textIn(bytes, role)
  if (name === 'master') return second?.type === ':' && third?.type === '*'
  return name === 'slave' && items.length === 5 && second?.type === '$' && third?.type === ':'
}

/** The answer to CLUSTER SLOTS: ranges of slots, each with its nodes. */
function isSlots(bytes: Buffer, { type, items }: Frame): boolean {
  return type === '*' && items.length > 0 && items.every(item => isRange(bytes, item))
}

function isRange(bytes: Buffer, { type, items }: Frame): boolean {
  const [from, to, ...nodes] = items
  if (type !== '*' || from?.type !== ':' || to?.type !== ':' || nodes.length === 0) return false
  const ends = [from, to].map(({ start, end }) => Number(bytes.toString('latin1', start, end)))
  const areNodes = nodes.every(node => node.type === '*' && node.items.length >= 3 && node.items[1]?.type === ':')
  return areNodes && ends.every(slot => slot >= 0 && slot <= LAST_SLOT)
}
