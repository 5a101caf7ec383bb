// The device itself: the pair of keys that it has made, and its signature under all that it sends. The private half cannot
// be read out by any script, this one included.

import * as store from "./store";

/** What the device knows of itself. */
export interface Device {
  id: string;
  name: string;
  official: string;
  keys: CryptoKeyPair;
}

const SELF = "device";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/** This device; undefined: it was never taken into use. */
export function self(): Promise<Device | undefined> {
  return store.read<Device>("plain", SELF);
}

/** Makes a pair of keys for a device that is taken into use. */
export function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
}

/** The public half, as the server takes it. */
export async function publicKey(keys: CryptoKeyPair): Promise<string> {
  return base64url(await crypto.subtle.exportKey("raw", keys.publicKey));
}

/** Keeps what the device is from now on. */
export function become(device: Device): Promise<void> {
  return store.keep("plain", SELF, device);
}

function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The headers by which the server knows what comes from this device: see internal/api/shipment.go. */
export async function signed(device: Device, request: { method: string; path: string; hand: string; clock: string; key: string; body: string }): Promise<Record<string, string>> {
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request.body));
  const hex = [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const content = ["habeas-handheld/1", `${request.method} ${request.path}`, device.id, request.hand, request.clock, request.key, hex].join("\n");
  const mark = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, device.keys.privateKey, new TextEncoder().encode(content));
  const headers: Record<string, string> = { "Habeas-Device": device.id, "Habeas-Hand": request.hand, "Habeas-Clock": request.clock, "Habeas-Signature": base64url(mark) };
  if (request.key) headers["Idempotency-Key"] = request.key;
  return headers;
}
