/** Where a process serves: a node in front of the server, and a bare relay to the same server. */
export interface NodePlaces {
  readonly nodePort: number
  readonly relayPort: number
}

/** What a push to all that opted in took: from the word to the last byte that was written. */
export interface PushCost {
  readonly told: number
  readonly ms: number
}
