export declare function findBrokenLinks(
  pages: ReadonlyMap<string, string>,
  isFile: (path: string) => boolean,
): readonly string[]
