// The gate's page: reads codes with the camera, and works on where there is no connection.
// A code is our signature over what the ticket is for; see services/tickets/codes/signed.py.
const page = document.querySelector('[data-gate]')
const form = document.getElementById('scan')
const answer = document.getElementById('answer')
const NAME = `gate/${page.dataset.gate}/`
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const HEADING = new TextEncoder().encode('oferta ticket 1\n')
const PHONE_HEADING = new TextEncoder().encode('oferta ticket telephone\n')
const PAPER = 0x10
const PHONE = 0x11
const PRINT = 0x12
const PAYLOAD = 28
const SIGNED = PAYLOAD + 64
const SUFFIX = 4
const PATIENCE = 4000
const EACH = 150
const SAME_FOR = 4000

const kept = (name, otherwise) => JSON.parse(localStorage.getItem(NAME + name)) ?? otherwise
const keep = (name, value) => localStorage.setItem(NAME + name, JSON.stringify(value))
const byId = (id) => document.getElementById(id)

// What the code says, or why it says nothing.

function bytesOf (text) {
  const raw = []
  for (let start = 0; start < text.length; start += 3) {
    const group = [...text.slice(start, start + 3)].map((one) => ALPHABET.indexOf(one))
    const value = group.reduce((sum, digit, place) => sum + digit * 45 ** place, 0)
    const size = group.length - 1
    if (group.includes(-1) || size === 0 || value >= 256 ** size) return null
    if (size === 2) raw.push(value >> 8)
    raw.push(value & 255)
  }
  return new Uint8Array(raw)
}

async function isOurs (raw, keys) {
  const signed = new Uint8Array([...HEADING, ...raw.slice(0, PAYLOAD)])
  const hint = hexOf(raw.slice(1, 3))
  for (const key of keys.filter((one) => one.hint === hint)) {
    const bytes = Uint8Array.from(atob(key.raw), (one) => one.charCodeAt(0))
    const known = await crypto.subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify'])
    if (await crypto.subtle.verify('Ed25519', known, raw.slice(PAYLOAD, SIGNED), signed)) return true
  }
  return false
}

const hexOf = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, '0')).join('')
const bytesOfHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16))

async function hmac (key, said) {
  const known = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', known, said))
}

// Whether a telephone shows these bytes now; the secrets follow from the key of this performance alone.
async function isFresh (raw, phone, at) {
  const said = new Uint8Array([...PHONE_HEADING, ...raw.slice(7, 15), raw[27]])
  const secret = (await hmac(bytesOfHex(phone.key), said)).slice(0, 16)
  const shown = hexOf(raw.slice(SIGNED))
  const now = Math.floor(at / 1000 / phone.step)
  for (let step = now - phone.tolerated; step <= now + phone.tolerated; step++) {
    const counted = new DataView(new ArrayBuffer(8))
    counted.setBigUint64(0, BigInt(step))
    if (hexOf((await hmac(secret, counted.buffer)).slice(0, SUFFIX)) === shown) return true
  }
  return false
}

// Why a ticket is not shown as this performance asks; null: it is.
async function wrongScreen (raw, phone, at) {
  if (!phone || phone.code === 'none' || raw[0] === PAPER) return null
  if (raw[0] !== PHONE || raw.length === SIGNED) return phone.code === 'required' ? 'screen_needed' : null
  if (!phone.key) return 'no_key'
  return (await isFresh(raw, phone, at)) ? null : 'old_screen'
}

async function readAlone (text, list, at) {
  const raw = bytesOf(text)
  if (!raw || ![SIGNED, SIGNED + SUFFIX].includes(raw.length)) return { why: 'unknown' }
  const view = new DataView(raw.buffer)
  if (![PAPER, PHONE, PRINT].includes(raw[0])) return { why: 'unknown' }
  try {
    if (!(await isOurs(raw, list.keys))) return { why: 'unknown' }
  } catch {
    return { why: 'unchecked' } // this browser knows no Ed25519
  }
  const code = { serial: String(view.getBigUint64(7)), generation: raw[27], suffix: hexOf(raw.slice(SIGNED)) }
  const minute = Math.floor(at / 60000)
  const least = new Map(list.revoked).get(code.serial)
  if (view.getUint32(3) !== list.performance) return { why: 'elsewhere' }
  if (minute < view.getUint32(19) || minute > view.getUint32(23)) return { why: 'another_day' }
  if (least === 0) return { why: 'returned' }
  if (least !== undefined && code.generation < least) return { why: 'replaced' }
  return { code, why: wasIn(code, list) ? 'used' : await wrongScreen(raw, list.phone, at) }
}

const wasIn = (code, list) =>
  list.admitted.includes(code.serial) || kept('log', []).some((one) => one.serial === code.serial)

// Answers.

function show (part) {
  answer.replaceChildren(part)
  const said = answer.querySelector('.gate-answer')
  const good = said.dataset.good === 'good'
  if (said.dataset.admitted) {
    byId('admitted').textContent = said.dataset.admitted
    byId('valid').textContent = said.dataset.valid
    byId('inside').textContent = said.dataset.inside
  }
  if (navigator.vibrate) navigator.vibrate(good ? 120 : [80, 60, 80, 60, 240])
  answer.scrollIntoView({ block: 'nearest' })
}

function say (name) {
  show(page.querySelector(`template[data-say="${name}"]`).content.cloneNode(true))
}

async function alone (text, key, way) {
  isOn(false)
  const list = kept('list', null)
  if (!list) return say('no_list')
  if (way === 'out') return say('out_alone')
  const at = Date.now() + (list.drift ?? 0)
  const { code, why } = await readAlone(text, list, at)
  if (why) return say(why)
  const log = kept('log', [])
  log.push({ ...code, key, at: new Date(at).toISOString() })
  keep('log', log)
  keep('untold', [...kept('untold', []), log[log.length - 1]])
  tell()
  say('admitted_alone')
}

let busy = false
async function scan (text, key) {
  if (busy) return
  busy = true
  const body = new FormData(form)
  body.set('code', text)
  body.set('key', key)
  try {
    const reply = await fetch(location.href, {
      method: 'POST', body, headers: { 'X-Part': 'answer' }, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE)
    })
    if (reply.ok) {
      show(document.createRange().createContextualFragment(await reply.text()))
      isOn(true)
    } else if (reply.status < 500) {
      say('signed_out')
    } else {
      await alone(text, key, body.get('way'))
    }
  } catch {
    await alone(text, key, body.get('way'))
  } finally {
    busy = false
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const typed = byId('code')
  scan(typed.value, crypto.randomUUID())
  typed.value = ''
  typed.focus()
})

// The list that goes along, and what is told afterwards.

function tell () {
  const list = kept('list', null)
  byId('untold').textContent = String(kept('untold', []).length + (kept('batch', null)?.scans.length ?? 0))
  if (list) byId('list-at').textContent = new Date(list.at).toTimeString().slice(0, 'hh:mm'.length)
}

function isOn (on) {
  byId('is-on').hidden = !on
  byId('is-off').hidden = on
}

async function fetchList () {
  const reply = await fetch(page.dataset.list, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) })
  if (!reply.ok) throw new Error(String(reply.status))
  const list = await reply.json()
  // The office's clock counts: this device's may be wrong by more than a telephone's code lasts.
  keep('list', { ...list, drift: Date.parse(list.at) - Date.now() })
  isOn(true)
}

async function upload () {
  // A batch keeps its id until it is taken over: told twice, it counts once.
  let batch = kept('batch', null)
  if (!batch) {
    const scans = kept('untold', [])
    if (!scans.length) return
    batch = { id: crypto.randomUUID(), scans }
    keep('batch', batch)
    keep('untold', [])
  }
  const reply = await fetch(page.dataset.upload, {
    method: 'POST',
    body: JSON.stringify(batch),
    headers: { 'X-CSRFToken': form.elements.csrfmiddlewaretoken.value, 'Content-Type': 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE * 4)
  })
  if (!reply.ok) return
  localStorage.removeItem(NAME + 'batch')
  byId('told').hidden = !(await reply.json()).incidents && byId('told').hidden
}

async function follow () {
  try {
    await upload()
    await fetchList()
  } catch {
    isOn(false)
  }
  tell()
}

// The camera.

async function reader () {
  const wanted = { formats: ['qr_code'] }
  if ('BarcodeDetector' in window) {
    const formats = await window.BarcodeDetector.getSupportedFormats()
    if (formats.includes('qr_code')) return new window.BarcodeDetector(wanted)
  }
  const { BarcodeDetector } = await import(page.dataset.reader)
  return new BarcodeDetector(wanted)
}

async function look (picture, detector) {
  let last = ''
  let seenAt = 0
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, EACH))
    if (document.hidden || busy || picture.readyState < 2) continue
    const [found] = await detector.detect(picture).catch(() => [])
    if (!found) continue
    const fresh = found.rawValue !== last || Date.now() - seenAt > SAME_FOR
    last = found.rawValue
    seenAt = Date.now()
    if (fresh) await scan(found.rawValue, crypto.randomUUID())
  }
}

async function start () {
  const picture = byId('picture')
  try {
    picture.srcObject = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: 'environment', width: { ideal: 1280 } }
    })
    await picture.play()
    byId('camera').hidden = true
    picture.hidden = false
    if (navigator.wakeLock) navigator.wakeLock.request('screen').catch(() => {})
    look(picture, await reader())
  } catch {
    byId('no-camera').hidden = false
  }
}

byId('camera').hidden = !navigator.mediaDevices
byId('camera').querySelector('button').addEventListener('click', start)
byId('alone').hidden = false
window.addEventListener('online', follow)
window.addEventListener('offline', () => isOn(false))
setInterval(follow, 30000)
follow()

if (navigator.serviceWorker) {
  navigator.serviceWorker.register(page.dataset.worker).then(async () => {
    const ready = await navigator.serviceWorker.ready
    const used = performance.getEntriesByType('resource').map((one) => one.name)
    const own = used.filter((one) => one.startsWith(location.origin) && one.includes('/static/'))
    ready.active.postMessage({ keep: [location.href, page.dataset.reader, ...own] })
  })
}
