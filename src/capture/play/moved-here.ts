import { type Endpoint, printEndpoint } from '../../base/endpoint.js'
import { decodePush } from '../../notifications/decode.js'
import { RespDecoder } from '../../wire/decode/decoder.js'
import { encodeValue } from '../../wire/encoder.js'
import { RespPush } from '../../wire/value.js'
import { pushName } from '../frames/exchange-reader.js'

/**
 * Has a recorded `MOVING` lead to another place: the one that it names may be a server in use. Everything else stays as it
 * is, and so does one that names no place.
 */
export function movedHere(push: Buffer, here: Endpoint): Buffer {
  if (pushName(push).toUpperCase() !== 'MOVING') return push
  const [value] = new RespDecoder().feed(push)
  if (!(value instanceof RespPush)) return push
  const result = decodePush(value.items, 0)
  if (result.outcome !== 'accepted' || result.notification.type !== 'moving') return push
  const { endpoint } = result.notification
  if (endpoint === null) return push
  const named = printEndpoint(endpoint)
  const items = value.items.map(item => (item === named ? printEndpoint(here) : item))
  return encodeValue(new RespPush(items))
}
