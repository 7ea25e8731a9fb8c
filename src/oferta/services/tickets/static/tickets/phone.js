// A ticket's page on the telephone: makes the code of each half minute by itself, with or without a
// connection; see services/tickets/codes/signed.py. A browser without WebCrypto asks the office instead.
const box = document.getElementById('code')
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const SUFFIX = 4
const PATIENCE = 5000
const LOOK_AGAIN = 300000
const EACH = 500
const CLOCK = 'oferta/clock'
const LOADED = 'oferta/loaded'

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

// A browser that keeps nothing has a code all the same.
function kept (store, name) {
  try { return window[store].getItem(name) } catch { return null }
}
function keeps (store, name, value) {
  try { window[store].setItem(name, value) } catch { /* then the telephone's own clock counts */ }
}

// How far the office's clock is ahead of this telephone's, as it was when they last spoke.
let ahead = Number(kept('localStorage', CLOCK)) || 0
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
  isAlone(false)
  if (!reply.ok || reply.headers.get('Oferta-Code') !== box.dataset.version) return again()
  ahead = Math.round(Number(reply.headers.get('Oferta-Now')) - (sent + Date.now()) / 2)
  keeps('localStorage', CLOCK, String(ahead))
}

// Loads the page anew, but never in a ring.
function again () {
  if (Date.now() - Number(kept('sessionStorage', LOADED)) < LOOK_AGAIN) return
  keeps('sessionStorage', LOADED, String(Date.now()))
  if (kept('sessionStorage', LOADED)) location.reload()
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
