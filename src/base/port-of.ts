/** The port on which a server listens; 0 where it does not, or listens on a path. */
export function portOf(server: { address(): { readonly port: number } | string | null }): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
