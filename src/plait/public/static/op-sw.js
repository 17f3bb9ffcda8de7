'use strict';
// Lets the operator pages open without a network: what was shown last is kept, what is new is asked for first.
const KEPT = 'plait-op-1', PAGE = '/op', FILES = [PAGE, '/static/op.css', '/static/op.js', '/static/icon.svg'];

self.addEventListener('install', event => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then(cache => cache.addAll(FILES)));
});

self.addEventListener('activate', event => {
  const old = caches.keys().then(names => Promise.all(names.filter(name => name.startsWith('plait-op-') && name !== KEPT).map(name => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

async function fresh(request, key) {
  const cache = await caches.open(KEPT), held = await cache.match(key);
  const asked = fetch(request).then(answer => {
    if (answer.ok) cache.put(key, answer.clone());
    return answer;
  });
  if (!held) return asked;
  return Promise.race([asked, new Promise((done, late) => setTimeout(late, 4000))]).catch(() => held);
}

self.addEventListener('fetch', event => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(fresh(event.request, PAGE));
  else if (FILES.includes(url.pathname)) event.respondWith(fresh(event.request, url.pathname));
});
