// What was entered: what waits, what the server has taken, and what it answered differently. Nothing goes from here before
// its hand has read it.

import { at, button, make, renew, show, whenShown } from "./page";
import * as queue from "./queue";
import { sendSoon } from "./sending";
import { has, moment, say } from "./words";

const TONES: Record<queue.Entry["state"], string> = { waiting: "open", taken: "right", differs: "wrong", refused: "wrong" };

/** By how much clocks may differ before it is said, as at the server (book.ClockTolerance). */
const CLOCKS = 2 * 60_000;

/** Shows what was entered, newest first. */
export async function showEntries(): Promise<void> {
  const entries = (await queue.list()).reverse();
  at("entries-none").hidden = entries.length > 0;
  renew(at("entries-list"), entries.map((entry) => {
    const inside: (Node | string)[] = [
      make("p", {}, make("strong", {}, say(entry.what.id, entry.what.put)), make("span", { class: "hint" }, moment(entry.at)), make("span", { class: `tag ${TONES[entry.state]}` }, say(`state.${entry.state}`))),
    ];
    if (Math.abs(Date.parse(entry.clock) - entry.at) > CLOCKS) inside.push(make("p", { class: "hint" }, say("entries.clock", { clock: moment(entry.clock) })));
    const answer = entry.answer;
    if (answer?.detail) inside.push(make("p", {}, `${answer.detail} ${answer.mend}`));
    for (const kind of answer?.disputes ?? []) inside.push(make("p", {}, has(`discrepancy.${kind}`) ? say(`discrepancy.${kind}`) : kind));
    if (entry.state === "differs") inside.push(make("p", { class: "hint" }, say("entries.disputed")));
    if (answer?.entry !== undefined) inside.push(make("p", { class: "hint" }, say("entries.entry", { n: answer.entry })));
    if (entry.state !== "waiting") {
      inside.push(button(say("entries.read"), () => {
        void queue.read(entry).then(showEntries).then(showSum);
      }, "govuk-button--secondary"));
    }
    return make("li", { "data-state": entry.state }, ...inside);
  }));
}

/** Shows in the bars how much waits and how much was answered differently. */
export async function showSum(): Promise<void> {
  const entries = await queue.list();
  const waiting = entries.filter((entry) => entry.state === "waiting").length;
  const wrong = entries.filter((entry) => entry.state === "differs" || entry.state === "refused").length;
  const badge = at("entries-badge");
  badge.textContent = wrong > 0 ? `! ${wrong}` : waiting > 0 ? String(waiting) : "";
  badge.dataset.wrong = String(wrong > 0);
  at("hh-waiting").textContent = say("line.waiting", { n: waiting });
  at("hh-waiting").hidden = waiting === 0;
}

/** Starts the screen of entries. */
export function startEntries(): void {
  whenShown("entries", showEntries);
  at("entries-send").addEventListener("click", sendSoon);
  at("hh-waiting").addEventListener("click", () => { void show("entries"); });
  document.addEventListener("handheld-locked", () => { at("entries-list").replaceChildren(); });
}
