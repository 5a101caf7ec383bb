// Signing in, which takes the line; locking, and unlocking with the password, which does not; signing off.

import { type Refusal, refusalOf, send } from "./call";
import * as clock from "./clock";
import * as device from "./device";
import { at, empty, notice, onSubmit, show, value } from "./page";
import * as queue from "./queue";
import * as shift from "./shift";
import * as vault from "./vault";
import { moment, say } from "./words";

/** A handheld that nobody touches locks itself. */
const IDLE = 10 * 60_000;
/** How long the server may take to answer whoever signs in. */
const GRACE = 2 * 60_000;

const said = (refusal: Refusal): string => `${refusal.detail} ${refusal.mend}`.trim();

/** Shows whichever way in there is: to unlock what is kept, or to sign in. */
export async function begin(): Promise<void> {
  await endInTime();
  const cover = await vault.cover();
  if (cover && (await hasShift())) {
    at("unlock-who").textContent = cover.official;
    await show("unlock");
    at("unlock-password").focus();
    return;
  }
  const self = await device.self();
  at("sign-device").hidden = self !== undefined;
  at("sign-waiting").hidden = (await queue.size()) === 0;
  at("sign-waiting").textContent = say("sign.waiting", { n: await queue.size(), who: cover?.official ?? "" });
  if (cover && value("sign-name") === "") at<HTMLInputElement>("sign-name").value = cover.official;
  await show("sign");
}

async function hasShift(): Promise<boolean> {
  const { names } = await import("./store");
  return (await names("sealed", "shift")).length > 0;
}

/** What was taken along goes when its time is over, looked at on every start and whenever the handheld wakes; what waits to be
 * sent stays, sealed. Returns when it was over; undefined: it is not, or nothing was there. */
async function endInTime(): Promise<number | undefined> {
  const over = await vault.ends();
  if (over === undefined || Date.now() < over || !(await hasShift())) return undefined;
  await shift.end();
  vault.lock();
  if ((await queue.size()) === 0) await vault.clear();
  return over;
}

/** Signs in: a session at the server, this device taken into use if it is new, and a vault. */
async function signIn(): Promise<void> {
  const name = value("sign-name");
  const password = at<HTMLInputElement>("sign-password").value;
  const cover = await vault.cover();
  if (cover && cover.official !== name && (await queue.size()) > 0) {
    notice(say("sign.of-another", { who: cover.official }), "wrong");
    return;
  }
  const answer = await send({ method: "POST", path: "/sessions", body: JSON.stringify({ name, password, code: value("sign-code") }) });
  if (!answer || answer.status >= 500) {
    notice(say("sign.no-line"), "wrong");
    return;
  }
  if (answer.status >= 300) {
    notice(said(refusalOf(answer)), "wrong");
    return;
  }
  const token = String(answer.body["token"]);
  if (!(await takeIntoUse(token, name))) return;
  if (!(await openVault(name, password))) return;
  await vault.keepUntil(Date.now() + GRACE); // until the server has said for how long
  const refusal = await shift.refresh(token);
  if (!shift.kept) {
    if (shift.line === "revoked" || refusal?.code === "device-of-another") at("sign-device").hidden = false; // with a new code
    notice(refusal ? said(refusal) : say("sign.no-line"), "wrong");
    return;
  }
  await vault.keepUntil(Date.now() + shift.kept.tasks.keepFor * 1000);
  empty("sign-password", "sign-code", "sign-device-code", "sign-earlier");
  await enter();
}

/** Takes this device into use with the code from the desk, where one was typed. */
async function takeIntoUse(token: string, official: string): Promise<boolean> {
  const self = await device.self();
  const code = value("sign-device-code");
  if (self && (at("sign-device").hidden || code === "")) return true;
  if (code === "") {
    at("sign-device").hidden = false;
    notice(say("sign.code-missing"), "wrong");
    return false;
  }
  const keys = await device.makeKeys();
  const answer = await send({ method: "POST", path: "/devices/use", token, body: JSON.stringify({ code, key: await device.publicKey(keys) }) });
  if (!answer || answer.status >= 300) {
    notice(answer ? said(refusalOf(answer)) : say("sign.no-line"), "wrong");
    return false;
  }
  await device.become({ id: String(answer.body["id"]), name: String(answer.body["name"]), official, keys });
  return true;
}

/** Opens the vault of an official whose entries wait in it, or makes a new one. */
async function openVault(name: string, password: string): Promise<boolean> {
  const cover = await vault.cover();
  if (!cover || (await queue.size()) === 0) {
    await vault.make(name, password, Date.now());
    return true;
  }
  if (await vault.unlock(password)) return true;
  const earlier = at<HTMLInputElement>("sign-earlier").value;
  if (earlier !== "" && (await vault.unlock(earlier))) {
    await vault.changePassword(earlier, password);
    return vault.unlock(password);
  }
  at("sign-earlier-group").hidden = false;
  notice(say("sign.earlier-needed"), "wrong");
  return false;
}

async function enter(): Promise<void> {
  notice("");
  at("hh-nav").hidden = false;
  at("hh-lock").hidden = false;
  at("hh-device").textContent = shift.kept?.tasks.device.name ?? "";
  touched = Date.now();
  document.dispatchEvent(new Event("handheld-open"));
  await show("tasks");
}

/** Unlocks what is kept, and with the line there shows the password to the session too. */
async function unlock(): Promise<void> {
  const password = at<HTMLInputElement>("unlock-password").value;
  if (!(await vault.unlock(password))) {
    notice(say("unlock.wrong"), "wrong");
    return;
  }
  empty("unlock-password");
  await shift.recall();
  if (!shift.kept) return begin();
  await enter();
  await reach(password);
}

/** Finds out how the line stands after unlocking; the password that was just typed opens a session that locked or ended. */
async function reach(password: string): Promise<void> {
  await shift.refresh();
  if (shift.line === "prove") {
    await shift.prove(password);
    await shift.refresh();
  } else if (shift.line === "over") {
    const answer = await send({ method: "POST", path: "/sessions", body: JSON.stringify({ name: shift.official(), password }) });
    if (answer?.status === 201) await shift.refresh(String(answer.body["token"]));
  }
  if (shift.line === "revoked" || shift.line === "over") return ended(shift.line);
  document.dispatchEvent(new Event("handheld-open"));
}

/** Locks: the key and everything readable go from memory and from the page. */
export async function lock(): Promise<void> {
  vault.lock();
  shift.forget();
  at("hh-nav").hidden = true;
  at("hh-lock").hidden = true;
  document.dispatchEvent(new Event("handheld-locked"));
  for (const form of document.querySelectorAll("form")) form.reset();
  for (const list of document.querySelectorAll(".hh-list, select")) list.replaceChildren();
  notice("");
  await begin();
}

/** Signs off: the session ends, and what was taken along is gone. What waits to be sent, or was answered differently and not yet read, stays sealed for the same hand. */
async function signOff(): Promise<void> {
  await queue.flush();
  for (const entry of await queue.list()) {
    if (entry.state === "taken") await queue.read(entry); // there is nothing to be read in it
  }
  const left = await queue.size();
  const token = shift.kept?.token;
  if (token) await send({ method: "DELETE", path: "/sessions/current", token });
  await shift.end();
  if (left === 0) await vault.clear();
  await lock();
  notice(left > 0 ? say("off.waiting", { n: left }) : say("off.done"), left > 0 ? "open" : "right");
}

/** Where the device was revoked, or its session ended at the desk or by its age, nothing is kept of what was taken along. */
export async function ended(how: "over" | "revoked"): Promise<void> {
  await shift.end();
  await lock();
  if (how === "revoked") at("sign-device").hidden = false;
  notice(say(how), "wrong");
}

let touched = Date.now();

/** Starts what has to do with signing in and locking. */
export function startSigning(): void {
  onSubmit("sign-form", signIn);
  onSubmit("unlock-form", unlock);
  at("hh-lock").addEventListener("click", () => { void lock(); });
  at("unlock-other").addEventListener("click", () => { void otherOfficial(); });
  at("sign-off").addEventListener("click", () => { void signOff(); });
  for (const what of ["pointerdown", "keydown"]) document.addEventListener(what, () => { touched = Date.now(); }, { passive: true });
  setInterval(() => { void watch(); }, 15_000);
  document.addEventListener("visibilitychange", () => { void watch(); });
}

/** Locks a handheld that nobody touches, and ends what has outlived its time, also where it is locked. */
async function watch(): Promise<void> {
  const over = await endInTime();
  if (over !== undefined) {
    await lock();
    notice(say("outlived", { clock: moment(over + clock.correction()) }), "open");
  } else if (vault.open() && Date.now() - touched > IDLE) {
    await lock();
  }
}

/** Lets another official sign in where nothing waits to be sent. */
async function otherOfficial(): Promise<void> {
  await shift.end();
  if ((await queue.size()) === 0) await vault.clear();
  await begin();
}
