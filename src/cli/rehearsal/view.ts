import type { Scene } from './scene.js'

/** Where a run is shown. */
export interface View {
  /** The scene has changed; may be called at any rate. */
  show(scene: Scene): void
  /** Gives the terminal back. Twice is once. */
  end(): void
}

/** Shows nothing. */
export const NO_VIEW: View = { show: () => {}, end: () => {} }
