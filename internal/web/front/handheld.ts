// The handheld: an application that an official installs on a telephone and carries through a shift, with a network or not.

import * as page from "./handheld/page";
import { startBuses } from "./handheld/bus";
import { startCounts } from "./handheld/count";
import { showEntries, showSum, startEntries } from "./handheld/entries";
import { startFacts } from "./handheld/fact";
import { startFinding } from "./handheld/find";
import { startScanning } from "./handheld/scan";
import { sendNow } from "./handheld/sending";
import * as shift from "./handheld/shift";
import { begin, ended, lock, startSigning } from "./handheld/sign";
import { showTasks, startTasks } from "./handheld/tasks";
import * as vault from "./handheld/vault";
import { moment, say } from "./handheld/words";

/** How often the server is asked, while the handheld is open. */
const AGAIN = 15_000;

/** Says how the line stands, always in the same place. */
async function showLine(): Promise<void> {
  const line = page.at("hh-line");
  const open = vault.open();
  line.dataset.state = open ? shift.line : "";
  line.textContent = open ? say(`line.${shift.line}`, { clock: moment(shift.kept?.at ?? 0) }) : "";
  page.at("hh-prove").hidden = !open || shift.line !== "prove";
  if (open) await showSum();
  else page.at("hh-waiting").hidden = true;
}

let busy = false;
let again = false; // it was asked for while it ran

/** Does what needs the vault open. Somebody may lock it at any moment: what was begun then ends, and is done when it is open again. */
async function whileOpen(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (fault) {
    if (!(fault instanceof vault.Locked)) throw fault;
  }
}

/** Sends what waits, asks what there is to do, and shows both. */
async function round(): Promise<void> {
  if (!vault.open()) return;
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  again = false;
  try {
    await sendNow();
    if (vault.open()) await shift.refresh();
    if (shift.line === "revoked" || shift.line === "over") await ended(shift.line);
    if (!vault.open()) return;
    if (page.shown === "tasks") showTasks();
    if (page.shown === "entries") await showEntries();
  } finally {
    busy = false;
    await showLine();
  }
  if (again) await round();
}

function start(): void {
  startSigning();
  startTasks();
  startCounts();
  startFinding();
  startFacts();
  startBuses();
  startEntries();
  startScanning();
  for (const one of document.querySelectorAll<HTMLElement>("[data-go]")) {
    one.addEventListener("click", () => {
      page.notice("");
      void page.show(one.dataset.go ?? "tasks");
      if (one.dataset.go === "tasks") void whileOpen(round); // whoever looks for work is shown what there is now
    });
  }
  page.at("hh-prove").addEventListener("click", () => { void lock(); });
  for (const event of ["handheld-open", "handheld-send"]) document.addEventListener(event, () => { void whileOpen(round); });
  for (const event of ["handheld-locked", "handheld-sent"]) document.addEventListener(event, () => { void whileOpen(showLine); });
  window.addEventListener("online", () => { void whileOpen(round); });
  window.addEventListener("offline", () => {
    shift.noteLine("cut");
    void whileOpen(showLine);
  });
  setInterval(() => { if (document.visibilityState === "visible") void whileOpen(round); }, AGAIN);
  if ("serviceWorker" in navigator) {
    void navigator.serviceWorker.register(document.body.dataset.worker ?? "", { scope: "/handheld/" }).then(() => navigator.storage?.persist?.());
  }
  void begin();
}

start();
