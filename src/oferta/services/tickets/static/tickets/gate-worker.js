// Keeps the gate's page and what it needs, so that it opens where there is no connection.
const KEPT = 'gate-1'

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('message', (event) => {
  const wanted = event.data && event.data.keep
  if (!wanted) return
  event.waitUntil(
    caches.open(KEPT).then((cache) => Promise.all(wanted.map((one) => cache.add(one).catch(() => {}))))
  )
})

self.addEventListener('fetch', (event) => {
  const asked = event.request
  const address = new URL(asked.url)
  if (asked.method !== 'GET' || address.origin !== self.location.origin) return
  if (address.pathname.endsWith('/list.json')) return
  event.respondWith(
    fetch(asked)
      .then(async (answer) => {
        if (answer.ok && !answer.redirected) (await caches.open(KEPT)).put(asked, answer.clone())
        return answer
      })
      .catch(async () => (await caches.match(asked, { ignoreVary: true })) || Response.error())
  )
})
