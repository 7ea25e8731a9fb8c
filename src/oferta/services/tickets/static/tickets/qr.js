// Draws a ticket's code: a QR code of version 6 (41 modules a side), level M, alphanumeric (ISO/IEC 18004).
// A telephone's code always fits: 96 bytes are 144 letters, and 154 are the most.
const SIDE = 41
const BLOCKS = 4
const DATA = 27
const CHECK = 16
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
export const LONGEST = 154

// Arithmetic of the field of 256 elements, for the check words.
const EXP = new Uint8Array(512)
const LOG = new Uint8Array(256)
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = EXP[power + 255] = value
  LOG[value] = power
  value = value << 1 ^ (value > 127 ? 0x11d : 0)
}
const times = (a, b) => a && b ? EXP[LOG[a] + LOG[b]] : 0

let divisor = [1]
for (let power = 0; power < CHECK; power++) {
  const next = [...divisor, 0]
  divisor.forEach((one, at) => { next[at + 1] ^= times(one, EXP[power]) })
  divisor = next
}

function checkWords (words) {
  const rest = [...words, ...new Array(CHECK).fill(0)]
  for (let at = 0; at < words.length; at++) {
    const lead = rest[at]
    divisor.forEach((one, by) => { rest[at + by] ^= times(one, lead) })
  }
  return rest.slice(words.length)
}

function wordsOf (text) {
  let bits = '0010' + text.length.toString(2).padStart(9, '0')
  for (let at = 0; at < text.length; at += 2) {
    const two = [...text.slice(at, at + 2)].map((one) => LETTERS.indexOf(one))
    if (two.includes(-1)) throw new RangeError(text)
    bits += two.length === 2 ? (two[0] * 45 + two[1]).toString(2).padStart(11, '0') : two[0].toString(2).padStart(6, '0')
  }
  const room = BLOCKS * DATA * 8
  if (bits.length > room) throw new RangeError(text)
  bits += '0'.repeat(Math.min(4, room - bits.length))
  bits += '0'.repeat(-bits.length & 7)
  const words = bits.match(/.{8}/g).map((one) => parseInt(one, 2))
  for (let turn = 0; words.length < BLOCKS * DATA; turn ^= 1) words.push(turn ? 0x11 : 0xec)
  const blocks = Array.from({ length: BLOCKS }, (_, at) => words.slice(at * DATA, (at + 1) * DATA))
  const checks = blocks.map(checkWords)
  const woven = (parts, length) => Array.from({ length }, (_, at) => parts.map((one) => one[at])).flat()
  return [...woven(blocks, DATA), ...woven(checks, CHECK)]
}

// The modules that are the same in every code; `null` is left for what it says.
function frame () {
  const grid = Array.from({ length: SIDE }, () => new Array(SIDE).fill(null))
  const square = (top, left, size, rings) => {
    for (let y = -1; y <= size; y++) {
      for (let x = -1; x <= size; x++) {
        const [row, column] = [top + y, left + x]
        if (row < 0 || column < 0 || row >= SIDE || column >= SIDE) continue
        const ring = Math.min(y, x, size - 1 - y, size - 1 - x)
        if (ring >= 0 || rings[-1] !== undefined) grid[row][column] = ring < 0 ? 0 : rings[ring]
      }
    }
  }
  const eye = Object.assign([1, 0, 1, 1], { '-1': 0 })
  square(0, 0, 7, eye)
  square(0, SIDE - 7, 7, eye)
  square(SIDE - 7, 0, 7, eye)
  square(SIDE - 9, SIDE - 9, 5, [1, 0, 1])
  for (let at = 8; at < SIDE - 8; at++) grid[6][at] = grid[at][6] = at + 1 & 1
  for (let at = 0; at < 9; at++) {
    grid[8][at] ??= 0
    grid[at][8] ??= 0
  }
  for (let at = SIDE - 8; at < SIDE; at++) grid[8][at] = grid[at][8] = 0
  grid[SIDE - 8][8] = 1
  return grid
}

function filled (words) {
  const grid = frame()
  const free = grid.map((row) => row.map((one) => one === null))
  const bits = words.flatMap((one) => [7, 6, 5, 4, 3, 2, 1, 0].map((by) => one >> by & 1))
  let next = 0
  for (let right = SIDE - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5
    for (let step = 0; step < SIDE; step++) {
      const row = up ? SIDE - 1 - step : step
      for (const column of [right, right - 1]) {
        if (free[row][column]) grid[row][column] = bits[next++] ?? 0
      }
    }
  }
  return { grid, free }
}

const MASKS = [
  (y, x) => (y + x) % 2, (y) => y % 2, (_, x) => x % 3, (y, x) => (y + x) % 3,
  (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (y, x) => (y * x) % 2 + (y * x) % 3,
  (y, x) => ((y * x) % 2 + (y * x) % 3) % 2, (y, x) => ((y + x) % 2 + (y * x) % 3) % 2
]

function masked ({ grid, free }, mask) {
  const made = grid.map((row, y) => row.map((one, x) => free[y][x] && MASKS[mask](y, x) === 0 ? one ^ 1 : one))
  let rest = mask << 10 // level M is 00
  for (let by = 14; by >= 10; by--) if (rest >> by & 1) rest ^= 0x537 << by - 10
  const format = (mask << 10 | rest) ^ 0x5412
  for (let at = 0; at < 15; at++) {
    const bit = format >> at & 1
    made[at < 6 ? at : at < 8 ? at + 1 : SIDE - 15 + at][8] = bit
    made[8][at < 8 ? SIDE - 1 - at : at === 8 ? 7 : 14 - at] = bit
  }
  return made
}

// How hard a scanner would find it: long runs, squares, false eyes, too much of one colour.
function penalty (grid) {
  let points = 0
  const lines = [...grid, ...grid.map((_, at) => grid.map((row) => row[at]))].map((one) => one.join(''))
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) points += run.length - 2
    for (const eye of ['10111010000', '00001011101']) {
      for (let at = line.indexOf(eye); at >= 0; at = line.indexOf(eye, at + 1)) points += 40
    }
  }
  for (let y = 1; y < SIDE; y++) {
    for (let x = 1; x < SIDE; x++) {
      const one = grid[y][x]
      if (one === grid[y - 1][x] && one === grid[y][x - 1] && one === grid[y - 1][x - 1]) points += 3
    }
  }
  const dark = grid.flat().reduce((sum, one) => sum + one, 0) / SIDE / SIDE
  return points + Math.floor(Math.abs(dark - 0.5) * 20) * 10
}

// The dark modules of a text, row by row.
export function modules (text) {
  const drawn = filled(wordsOf(text))
  const all = MASKS.map((_, mask) => masked(drawn, mask))
  const points = all.map(penalty)
  return all[points.indexOf(Math.min(...points))]
}

// The same as a picture that scales with its box.
export function svg (text, title) {
  const border = 4
  const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  made.setAttribute('viewBox', `0 0 ${SIDE + 2 * border} ${SIDE + 2 * border}`)
  made.setAttribute('class', 'qr')
  made.setAttribute('role', 'img')
  made.setAttribute('shape-rendering', 'crispEdges')
  const said = document.createElementNS(made.namespaceURI, 'title')
  said.textContent = title
  const path = document.createElementNS(made.namespaceURI, 'path')
  path.setAttribute('d', modules(text).flatMap((row, y) =>
    row.map((one, x) => one ? `M${x + border} ${y + border}h1v1h-1z` : '')).join(''))
  made.append(said, path)
  return made
}
