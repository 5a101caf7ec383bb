// What was entered and is to be sent: each with its own time, hand and idempotency key, sealed before anything is said to be
// done. It is sent in order and exactly once: the same bytes under the same key, until the server has answered for them.
// What the server answers is kept beside until its hand has read it.

import * as clock from "./clock";
import { passing, refusalOf, send } from "./call";
import * as device from "./device";
import * as shift from "./shift";
import * as store from "./store";
import * as vault from "./vault";

/** Something that was entered. */
export interface Entry {
  name: string; // of its record, in the order of entering
  key: string;
  hand: string;
  clock: string; // what the device's clock said
  at: number; // when it was, by the server's clock
  path: string;
  body: string;
  what: { id: string; put: Record<string, string | number> }; // how the page says it
  state: "waiting" | "taken" | "differs" | "refused";
  answer?: { entry?: number; detail: string; mend: string; disputes: string[] };
}

const PREFIX = "entry-";

/** All that was entered, oldest first. */
export async function list(): Promise<Entry[]> {
  const all: Entry[] = [];
  for (const name of await store.names("sealed", PREFIX)) {
    const entry = await vault.unseal<Entry>(name);
    if (entry) all.push(entry);
  }
  return all;
}

/** How many records wait or were answered, also when the handheld is locked. */
export async function size(): Promise<number> {
  return (await store.names("sealed", PREFIX)).length;
}

let last = 0;

/** Enters something. It is on disk when this returns. content is given when it happened. */
export async function enter(path: string, content: (happened: string) => Record<string, unknown>, what: Entry["what"]): Promise<void> {
  const hand = shift.official();
  if (!hand) throw new Error("nobody is signed in");
  const at = clock.now();
  last = Math.max(Date.now(), last + 1); // in order, also when the device's clock is set back while it runs
  const order = String(last).padStart(15, "0");
  const before = (await store.names("sealed", PREFIX)).pop() ?? "";
  const name = before >= `${PREFIX}${order}` ? `${before}+` : `${PREFIX}${order}`; // and when it was set back before
  const entry: Entry = { name, key: crypto.randomUUID(), hand, clock: new Date().toISOString(), at, path, body: JSON.stringify(content(clock.stated(at))), what, state: "waiting" };
  await vault.seal(name, entry);
}

/** Takes an entry away that the server has answered and its hand has read. */
export async function read(entry: Entry): Promise<void> {
  if (entry.state !== "waiting") await store.drop("sealed", entry.name);
}

/** Sends what waits, in order, until there is no line or the server wants something first. Returns how many were answered. */
export async function flush(): Promise<number> {
  return await navigator.locks.request("habeas-handheld-queue", sendAll);
}

async function sendAll(): Promise<number> {
  const self = await device.self();
  let answered = 0;
  if (!self || !vault.open()) return answered;
  for (const entry of await list()) {
    if (entry.state !== "waiting") continue;
    const token = shift.kept?.token;
    if (!token || entry.hand !== shift.official()) break; // whoever entered it sends it
    const answer = await send({ method: "POST", path: entry.path, token, body: entry.body, key: entry.key, hand: entry.hand, clock: entry.clock }, self);
    const line = shift.lineOf(answer);
    shift.noteLine(line);
    if (!answer || passing(answer) || line !== "on") break;
    judged(entry, answer.status, answer.body, refusalOf(answer));
    if (!vault.open()) break; // locked meanwhile: it is sent again under the same key, and counts once
    await vault.seal(entry.name, entry);
    answered++;
  }
  return answered;
}

/** Notes what the server made of an entry. */
function judged(entry: Entry, status: number, body: Record<string, unknown>, refusal: { detail: string; mend: string }): void {
  if (status >= 300) {
    entry.state = "refused";
    entry.answer = { detail: refusal.detail, mend: refusal.mend, disputes: [] };
    return;
  }
  const entries = (body["entries"] ?? []) as { number: number; contradictions?: { kind: string }[] }[];
  const disputes = entries.flatMap((one) => one.contradictions ?? []).map((one) => one.kind);
  entry.state = disputes.length > 0 ? "differs" : "taken";
  entry.answer = { detail: "", mend: "", disputes, entry: Number(body["first"]) };
}
