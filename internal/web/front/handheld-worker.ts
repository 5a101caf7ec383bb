// The service worker of the handheld: its page, its script and its typeface are on the device, so that it opens without a
// network. It keeps nothing of what the server says: what is taken along is sealed by the page.

/** Put before this script by the server: see internal/web/handheld. */
declare const SHELL: { version: string; files: string[] };

interface Work extends Event { waitUntil(done: Promise<unknown>): void }
interface Fetching extends Work { request: Request; respondWith(answer: Promise<Response>): void }
interface Worker extends EventTarget { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> } }

const worker = self as unknown as Worker;
const PREFIX = "handheld-";
const NAME = PREFIX + SHELL.version;

async function install(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(SHELL.files.map((file) => new Request(file, { cache: "reload", credentials: "omit" })));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  }
  await worker.clients.claim();
}

/** What the device has; else what the server says. */
async function answer(request: Request, path: string): Promise<Response> {
  const kept = await (await caches.open(NAME)).match(path);
  return kept ?? fetch(request);
}

worker.addEventListener("install", (event) => (event as Work).waitUntil(install()));
worker.addEventListener("activate", (event) => (event as Work).waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { request } = event as Fetching;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || !SHELL.files.includes(url.pathname)) return;
  (event as Fetching).respondWith(answer(request, url.pathname));
});
