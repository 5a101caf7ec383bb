// A shift: who is signed in on the handheld, what there is to do, and the people whom it took along. All of it is sealed.

import * as clock from "./clock";
import { type Answer, type Refusal, refusalOf, send } from "./call";
import * as device from "./device";
import * as store from "./store";
import * as vault from "./vault";
import { writeTimesIn } from "./words";

export interface Post { code: string; name: string; under?: string }
export interface CountTask { id: string; kind: string; place: string; name: string; opened: string; landings: string[] }
export interface Passenger { number: string; name: string; cell?: string }
export interface BusTask { handover: string; transfer: string; vehicles: string[]; place: string; offered: string; giver: string; people: Passenger[] }
export interface Person { number: string; name: string; place: string; status: string }
export interface Taken { place: string; name: string; at: number; people: Person[] }

/** What GET /handheld answers. */
export interface Tasks {
  now: string;
  keepFor: number;
  zone: string;
  blind: boolean;
  official: { name: string; fullName: string };
  device: { id: string; name: string };
  landings: Post[];
  around: Post[];
  counts: CountTask[];
  buses: BusTask[];
}

interface Kept {
  token: string;
  at: number; // when the tasks were true, by the server's clock
  ahead: number;
  tasks: Tasks;
}

/** How the line stands. "prove": the server wants the password again. "over": it wants a new sign-in. */
export type Line = "on" | "cut" | "prove" | "over" | "revoked";

export let kept: Kept | undefined;
export let taken: Taken | undefined;
export let line: Line = "cut";

const SHIFT = "shift";
const TAKEN = "taken";

/** Whose turn it is; undefined: nobody is signed in, or the handheld is locked. */
export function official(): string | undefined {
  return kept?.tasks.official.name;
}

/** Notes how the line stands. */
export function noteLine(state: Line): void {
  line = state;
}

/** Reads what was kept, once the vault is open. */
export async function recall(): Promise<void> {
  kept = await vault.unseal<Kept>(SHIFT);
  taken = await vault.unseal<Taken>(TAKEN);
  if (!kept) return;
  clock.correctBy(kept.ahead);
  writeTimesIn(kept.tasks.zone);
}

/** Forgets what is in memory; what is sealed stays. */
export function forget(): void {
  kept = undefined;
  taken = undefined;
}

/** Takes away what was taken along and the session; what waits to be sent stays sealed. */
export async function end(): Promise<void> {
  forget();
  await store.drop("sealed", SHIFT);
  await store.drop("sealed", TAKEN);
}

async function keepTasks(token: string, tasks: Tasks): Promise<void> {
  const ahead = Date.parse(tasks.now) - Date.now();
  if (kept) await vault.clockWasSet(kept.ahead - ahead);
  clock.correctBy(ahead);
  writeTimesIn(tasks.zone);
  kept = { token, at: clock.now(), ahead, tasks };
  await vault.seal(SHIFT, kept);
  if (tasks.blind && taken) await dropTaken(); // a counter has no list of those who are counted
}

/** Asks what there is to do. A refusal is returned; undefined: it was answered, or there is no line. */
export async function refresh(token: string | undefined = kept?.token): Promise<Refusal | undefined> {
  const self = await device.self();
  if (!token || !self) return undefined;
  const answer = await send({ method: "GET", path: "/handheld", token }, self);
  return judge(answer, async (said) => keepTasks(token, said.body as unknown as Tasks));
}

/** Notes how the line stands by an answer, and does with a good one what is to be done. */
async function judge(answer: Answer | null, take: (answer: Answer) => Promise<void>): Promise<Refusal | undefined> {
  line = lineOf(answer);
  if (answer && answer.status < 300) {
    await take(answer);
    return undefined;
  }
  if (!answer || answer.status >= 500) return undefined;
  return refusalOf(answer);
}

/** How the line stands after an answer. */
export function lineOf(answer: Answer | null): Line {
  if (!answer || answer.status >= 500) return "cut";
  const { code } = refusalOf(answer);
  if (code === "session-locked") return "prove";
  if (code === "signed-out") return "over";
  if (code === "device-revoked" || code === "unknown-device") return "revoked";
  return "on";
}

/** Takes the people of a place along. */
export async function take(place: string): Promise<Refusal | undefined> {
  const self = await device.self();
  if (!kept || !self) return undefined;
  const answer = await send({ method: "GET", path: `/handheld/people?place=${encodeURIComponent(place)}`, token: kept.token }, self);
  return judge(answer, async (said) => {
    taken = { ...(said.body as unknown as Omit<Taken, "at">), at: clock.now() };
    await vault.seal(TAKEN, taken);
  });
}

async function dropTaken(): Promise<void> {
  taken = undefined;
  await store.drop("sealed", TAKEN);
}

/** Shows the password again to a session that locked. */
export async function prove(password: string): Promise<Refusal | undefined> {
  if (!kept) return undefined;
  const answer = await send({ method: "POST", path: "/sessions/current/proof", token: kept.token, body: JSON.stringify({ password }) });
  return judge(answer, async (said) => {
    if (!kept) return;
    kept.token = String(said.body["token"]);
    await vault.seal(SHIFT, kept);
  });
}
