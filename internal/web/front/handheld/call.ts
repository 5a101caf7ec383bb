// Calls to the server. Whatever is no answer of Habeas (no network, a proxy's page, a server that shuts down) counts as no
// line: what was to be sent waits.

import { type Device, signed } from "./device";

/** What the server said. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** A refusal in words, in the language of the page. */
export interface Refusal {
  code: string;
  detail: string;
  mend: string;
}

/** What is to be sent. */
export interface Call {
  method: "GET" | "POST" | "DELETE";
  path: string; // below /api/v1
  body?: string;
  token?: string;
  key?: string; // idempotency key
  hand?: string; // who entered it
  clock?: string; // what the device's clock said then
}

const BASE = "/api/v1";
const PATIENCE = 20_000;

/** Sends a call; null: there is no line. With a device, it is signed. */
export async function send(call: Call, device?: Device): Promise<Answer | null> {
  const headers: Record<string, string> = { "Accept-Language": document.documentElement.lang };
  const body = call.body ?? "";
  if (body) headers["Content-Type"] = "application/json";
  if (call.token) headers["Authorization"] = `Bearer ${call.token}`;
  if (device) {
    Object.assign(headers, await signed(device, { method: call.method, path: BASE + call.path, hand: call.hand ?? device.official,
      clock: call.clock ?? new Date().toISOString(), key: call.key ?? "", body }));
  }
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), PATIENCE);
  try {
    const answer = await fetch(BASE + call.path, { method: call.method, headers, signal: giveUp.signal, credentials: "omit", cache: "no-store", ...(body ? { body } : {}) });
    if (answer.status === 204) return { status: 204, body: {} };
    const type = answer.headers.get("Content-Type") ?? "";
    if (!type.includes("json")) return null;
    return { status: answer.status, body: await answer.json() as Record<string, unknown> };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the server could not take it now: the same is sent again later. */
export function passing(answer: Answer): boolean {
  return answer.status >= 500 || answer.status === 429 || answer.status === 408;
}

/** What a refusal says. */
export function refusalOf(answer: Answer): Refusal {
  const said = (name: string): string => String(answer.body[name] ?? "");
  return { code: said("code"), detail: said("detail"), mend: said("mend") };
}
