// Recording a fact: who, what, where. A fact is taken whatever the register says; what it contradicts becomes a discrepancy.

import { at, empty, make, notice, onSubmit, show, value, whenShown } from "./page";
import { placeCode, prisonNumber } from "./number";
import * as queue from "./queue";
import { sendSoon } from "./sending";
import * as shift from "./shift";
import { say } from "./words";

/** What can have happened, and where it goes. */
const FACTS: Record<string, { path: string; place: boolean; note?: string }> = {
  found: { path: "sightings", place: true },
  returned: { path: "returns", place: true },
  escaped: { path: "escape", place: false, note: "note" },
  died: { path: "death", place: false, note: "circumstances" },
};

/** Opens the form for somebody. */
export async function openFact(number: string, place = ""): Promise<void> {
  empty("fact-note");
  at<HTMLInputElement>("fact-person").value = number;
  at<HTMLInputElement>("fact-place").value = place;
  await show("fact");
}

function chosen(): string {
  return document.querySelector<HTMLInputElement>("[name=fact-what]:checked")?.value ?? "";
}

function fit(): void {
  const fact = FACTS[chosen()];
  at("fact-place-group").hidden = !(fact?.place ?? true);
  at("fact-note-group").hidden = fact?.note === undefined;
}

async function record(): Promise<void> {
  const what = chosen();
  const fact = FACTS[what];
  const number = prisonNumber(value("fact-person"));
  const wrong = (id: string, text: string): void => {
    notice(text, "wrong");
    at(id).focus();
  };
  if (!number) return wrong("fact-person", say("number.wrong", { number: value("fact-person") }));
  if (!fact) return wrong("fact-what-found", say("fact.what-missing"));
  const place = placeCode(value("fact-place"), shift.kept?.tasks.landings.map((post) => post.code) ?? []);
  if (fact.place && !place) return wrong("fact-place", say("fact.where"));
  const note = value("fact-note");
  await queue.enter(`/people/${number}/${fact.path}`, (happened) => ({ happened, ...(fact.place ? { place } : {}), ...(fact.note && note ? { [fact.note]: note } : {}) }),
    { id: `entry.${what}`, put: { number, place } });
  empty("fact-person", "fact-place", "fact-note");
  notice(say("fact.recorded", { number }), "right");
  at("fact-person").focus();
  sendSoon();
}

/** Starts the screen of facts. */
export function startFacts(): void {
  whenShown("fact", () => {
    at("fact-places").replaceChildren(...(shift.kept?.tasks.landings ?? []).map((post) => make("option", { value: post.code }, `${post.name} · ${post.under ?? ""}`)));
    fit();
  });
  for (const one of document.querySelectorAll("[name=fact-what]")) one.addEventListener("change", fit);
  at("fact-person").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // a scanner ends with Enter
    at("fact-place").focus();
  });
  onSubmit("fact-form", record);
}
