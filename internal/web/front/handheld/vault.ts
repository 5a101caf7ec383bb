// What the handheld knows is sealed with a key that is nowhere on it: the key is itself sealed with one that is made of the
// official's password, each time anew, and forgotten when the handheld locks. Whoever has the device and not the password
// has to guess it, 600,000 rounds of SHA-256 a guess (see docs/handheld.md).

import * as store from "./store";

/** What stands beside the sealed records in the clear. */
export interface Cover {
  official: string;
  salt: Uint8Array<ArrayBuffer>;
  rounds: number;
  iv: Uint8Array<ArrayBuffer>;
  key: ArrayBuffer; // of the records, sealed
  until: number; // when what was taken along goes, by the device's clock
}

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

/** What was begun cannot be ended: the handheld was locked meanwhile. */
export class Locked extends Error {}

/** Source: OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA256. */
const ROUNDS = 600_000;
const COVER = "cover";
const SEEN = "seen";

/** What the device's clock said when it was last looked at, and by how much it was set back since the shift began. */
interface Seen { at: number; back: number }

/** How often the clock is noted. */
const NOTED = 60_000;

let key: CryptoKey | undefined; // in memory alone

const text = new TextEncoder();

function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

async function wrapping(password: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", text.encode(password.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, secret, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
}

/** The cover of what is kept here; undefined: nothing is. */
export function cover(): Promise<Cover | undefined> {
  return store.read<Cover>("plain", COVER);
}

/** Whether the key is in memory. */
export function open(): boolean {
  return key !== undefined;
}

/** Makes a new vault for an official, and opens it. What was sealed before is lost with its key. */
export async function make(official: string, password: string, until: number): Promise<void> {
  const salt = random(16);
  const iv = random(12);
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const sealed = await crypto.subtle.wrapKey("raw", fresh, await wrapping(password, salt, ROUNDS), { name: "AES-GCM", iv });
  await clear();
  await store.keep("plain", COVER, { official, salt, rounds: ROUNDS, iv, key: sealed, until } satisfies Cover);
  await unlock(password);
}

/** Opens the vault; false: the password is another one. */
export async function unlock(password: string): Promise<boolean> {
  const kept = await cover();
  if (!kept) return false;
  const by = await wrapping(password, kept.salt, kept.rounds);
  try {
    key = await crypto.subtle.unwrapKey("raw", kept.key, by, { name: "AES-GCM", iv: kept.iv }, "AES-GCM", false, ["encrypt", "decrypt"]);
  } catch {
    return false;
  }
  return true;
}

/** Seals the key with another password. The vault must have been opened with the old one. */
export async function changePassword(old: string, fresh: string): Promise<void> {
  const kept = await cover();
  if (!kept) return;
  const raw = await crypto.subtle.unwrapKey("raw", kept.key, await wrapping(old, kept.salt, kept.rounds), { name: "AES-GCM", iv: kept.iv }, "AES-GCM", true, ["encrypt", "decrypt"]);
  const salt = random(16);
  const iv = random(12);
  const sealed = await crypto.subtle.wrapKey("raw", raw, await wrapping(fresh, salt, ROUNDS), { name: "AES-GCM", iv });
  await store.keep("plain", COVER, { ...kept, salt, rounds: ROUNDS, iv, key: sealed });
}

/** Says until when what was taken along is kept. */
export async function keepUntil(until: number): Promise<void> {
  const kept = await cover();
  if (kept) await store.keep("plain", COVER, { ...kept, until });
  await store.keep("plain", SEEN, { at: Date.now(), back: 0 } satisfies Seen);
}

/** Takes note that the device's clock was set by so many milliseconds, as the server's tells: the end stays where it was. */
export async function clockWasSet(by: number): Promise<void> {
  const kept = await cover();
  if (!kept || Math.abs(by) < NOTED) return;
  await store.keep("plain", COVER, { ...kept, until: kept.until + by });
  await store.keep("plain", SEEN, { at: Date.now(), back: 0 } satisfies Seen);
}

/** When the time of what was taken along is over, by the device's clock as it is now; undefined: nothing is kept. Whoever sets the
 * clock back gains nothing: the end moves back with it. */
export async function ends(): Promise<number | undefined> {
  const kept = await cover();
  if (!kept) return undefined;
  const now = Date.now();
  const seen = (await store.read<Seen>("plain", SEEN)) ?? { at: now, back: 0 };
  const back = seen.back + Math.max(0, seen.at - now);
  if (back !== seen.back || now - seen.at >= NOTED) await store.keep("plain", SEEN, { at: now, back } satisfies Seen);
  return kept.until - back;
}

/** Forgets the key. */
export function lock(): void {
  key = undefined;
}

/** Takes everything away. */
export async function clear(): Promise<void> {
  lock();
  for (const name of await store.names("sealed", "")) await store.drop("sealed", name);
  await store.drop("plain", COVER);
  await store.drop("plain", SEEN);
}

/** Seals a record under a name; it opens under no other. */
export async function seal(name: string, value: unknown): Promise<void> {
  if (!key) throw new Locked("the handheld is locked");
  const iv = random(12);
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(name) }, key, text.encode(JSON.stringify(value)));
  await store.keep("sealed", name, { iv, data } satisfies Sealed);
}

/** Opens a record; undefined: there is none. */
export async function unseal<T>(name: string): Promise<T | undefined> {
  if (!key) throw new Locked("the handheld is locked");
  const sealed = await store.read<Sealed>("sealed", name);
  if (!sealed) return undefined;
  if (!key) throw new Locked("the handheld was locked meanwhile");
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: text.encode(name) }, key, sealed.data);
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}
