// A ticket's page on the telephone: makes the code of each half minute by itself, with or without a
// connection; see services/tickets/codes/signed.py. A browser without WebCrypto asks the office instead.
const box = document.getElementById('code')
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const SUFFIX = 4
const PATIENCE = 5000
const LOOK_AGAIN = 300000
const EACH = 500
const CLOCK = 'oferta/clock'

const bytesOf = (text) => Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16))

function base45 (raw) {
  let text = ''
  for (let at = 0; at < raw.length; at += 2) {
    const two = at + 1 < raw.length
    let value = two ? raw[at] * 256 + raw[at + 1] : raw[at]
    for (let letter = 0; letter < (two ? 3 : 2); letter++, value = Math.floor(value / 45)) text += LETTERS[value % 45]
  }
  return text
}

// How far the office's clock is ahead of this telephone's, as it was when they last spoke.
let ahead = Number(localStorage.getItem(CLOCK)) || 0
let shown = null

async function draw (drawer, key) {
  const step = Math.floor((Date.now() + ahead) / 1000 / Number(box.dataset.step))
  if (step === shown) return
  shown = step
  const counted = new DataView(new ArrayBuffer(8))
  counted.setBigUint64(0, BigInt(step))
  const made = new Uint8Array(await crypto.subtle.sign('HMAC', key, counted.buffer)).slice(0, SUFFIX)
  const text = base45([...bytesOf(box.dataset.raw), ...made])
  box.replaceChildren(drawer.svg(text, box.dataset.title))
  box.dataset.drawn = String(step)
}

function isAlone (alone) {
  document.getElementById('is-alone').hidden = !alone
}

// Asks the office for its clock, and whether the ticket is still this one.
async function ask () {
  const sent = Date.now()
  let reply
  try {
    reply = await fetch(box.dataset.again, { redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) })
  } catch {
    return isAlone(true)
  }
  if (reply.status >= 500) return isAlone(true)
  if (!reply.ok || reply.headers.get('Oferta-Code') !== box.dataset.version) return location.reload()
  ahead = Math.round(Number(reply.headers.get('Oferta-Now')) - (sent + Date.now()) / 2)
  localStorage.setItem(CLOCK, String(ahead))
  isAlone(false)
}

// A telephone keeps the page until the performance is over; other devices may be anybody's.
async function keep () {
  if (!navigator.serviceWorker || !matchMedia('(pointer: coarse)').matches) return
  const scope = location.pathname
  if (Date.now() > Number(box.dataset.until)) {
    await caches.open('ticket-1').then((cache) => cache.delete(location.href, { ignoreVary: true }))
    return (await navigator.serviceWorker.getRegistration(scope))?.unregister()
  }
  const made = await navigator.serviceWorker.register(box.dataset.worker, { scope })
  const worker = made.active ?? made.waiting ?? made.installing
  const used = performance.getEntriesByType('resource').map((one) => one.name)
  const own = used.filter((one) => one.startsWith(location.origin) && one.includes('/static/'))
  worker.postMessage({ keep: [location.href, location.origin + box.dataset.drawer, ...own] })
}

async function start () {
  box.removeAttribute('hx-get')
  box.removeAttribute('hx-trigger')
  const [drawer, key] = await Promise.all([
    import(box.dataset.drawer),
    crypto.subtle.importKey('raw', bytesOf(box.dataset.secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  ])
  await draw(drawer, key)
  setInterval(() => draw(drawer, key), EACH)
  await ask()
  setInterval(ask, LOOK_AGAIN)
  window.addEventListener('online', ask)
  window.addEventListener('offline', () => isAlone(true))
  document.addEventListener('visibilitychange', () => document.hidden || ask())
  await keep()
}

if (box?.dataset.secret && window.crypto?.subtle) start()
