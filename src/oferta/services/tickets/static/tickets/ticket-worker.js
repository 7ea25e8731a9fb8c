// Keeps a ticket's page and what it needs, so that it opens where there is no connection.
// What the office does not show any more (given away, signed out) is thrown away.
const KEPT = 'ticket-1'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('message', (event) => {
  const wanted = event.data && event.data.keep
  if (!wanted) return
  event.waitUntil(
    caches.open(KEPT).then((cache) => Promise.all(wanted.map((one) => cache.add(one).catch(() => {}))))
  )
})

async function asked (request) {
  const cache = await caches.open(KEPT)
  let answer
  try {
    answer = await fetch(request)
  } catch {
    return (await cache.match(request, { ignoreVary: true })) || Response.error()
  }
  if (answer.ok && !answer.redirected) await cache.put(request, answer.clone())
  else if (answer.status < 500) await cache.delete(request, { ignoreVary: true })
  return answer
}

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url)
  if (event.request.method !== 'GET' || address.origin !== self.location.origin) return
  const page = event.request.mode === 'navigate' && address.pathname === new URL(self.registration.scope).pathname
  if (page || address.pathname.includes('/static/')) event.respondWith(asked(event.request))
})
