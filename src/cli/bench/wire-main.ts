import { benchWire } from './wire.js'

const rows = benchWire().map(({ name, unit, ours, theirs, ratio, target, pass }) => ({
  name,
  [`ours ${unit}`]: Math.round(ours),
  [`theirs ${unit}`]: Math.round(theirs),
  ratio: ratio.median.toFixed(2),
  min: ratio.min.toFixed(2),
  max: ratio.max.toFixed(2),
  target,
  pass,
}))
console.table(rows)
