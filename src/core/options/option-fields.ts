import { z } from 'zod'

/** Milliseconds above 0. */
export const positiveMs: z.ZodNumber = z.number().finite().positive()

/** Milliseconds above 0, or `false` for "off". */
export const positiveMsOrOff: z.ZodUnion<[z.ZodNumber, z.ZodLiteral<false>]> = z.union([positiveMs, z.literal(false)])

/** A whole number of at least 1. */
export const count: z.ZodNumber = z.number().int().positive()
