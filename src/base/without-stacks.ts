/** Does something, at once, without the stacks of errors: where an error is made for nobody, its stack takes longer than all the rest. */
export function withoutStacks(act: () => void): void {
  const { stackTraceLimit } = Error
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    act()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
