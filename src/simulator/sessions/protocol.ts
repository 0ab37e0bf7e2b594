/** The protocol that a connection speaks. */
export type Protocol = 2 | 3
