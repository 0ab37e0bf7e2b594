import { expect, test } from 'vitest'
import { assertNever } from '../../../src/base/assert-never.js'

test('a variant that bypassed the type system is named', () => {
  expect(() => assertNever({ type: 'surprise' } as never)).toThrow(
    new TypeError('Unexpected variant: {"type":"surprise"}'),
  )
})
