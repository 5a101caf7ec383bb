// Finding a person: among those taken along, without a network; in the register, with one. One at a time, and only by what
// is typed or scanned: nobody reads here how many there are.

import { refusalOf, send } from "./call";
import * as device from "./device";
import { openFact } from "./fact";
import { at, button, make, named, notice, onSubmit, show, value, whenShown } from "./page";
import { plain, prisonNumber } from "./number";
import * as shift from "./shift";
import { has, moment, say } from "./words";

interface Found { number: string; name: string; place?: string; status: string; birth?: string }

const SHOWN = 8;
const LEAST = 3; // letters; fewer would be a list of everybody

/** Those taken along whose number or name it is: all words of it, each anywhere in the name. */
function alongWith(typed: string): Found[] {
  const people = shift.taken?.people ?? [];
  const number = prisonNumber(typed);
  if (number) return people.filter((one) => one.number === number);
  const words = plain(typed).split(/[\s,]+/).filter(Boolean);
  return people.filter((one) => words.every((word) => plain(one.name).includes(word)));
}

async function search(): Promise<void> {
  const typed = value("find-text");
  at("find-results").replaceChildren();
  at("find-source").hidden = true;
  if (typed.length < LEAST) {
    notice(say("find.more", { n: LEAST }), "wrong");
    return;
  }
  const self = await device.self();
  const answer = shift.kept && shift.line === "on" ? await send({ method: "GET", path: `/people?limit=${SHOWN}&q=${encodeURIComponent(typed)}`, token: shift.kept.token }, self) : null;
  if (answer && answer.status >= 300 && answer.status < 500) {
    shift.noteLine(shift.lineOf(answer));
    if (shift.line === "on") {
      const refusal = refusalOf(answer);
      notice(`${refusal.detail} ${refusal.mend}`, "wrong");
      return;
    }
  }
  const online = answer !== null && answer.status < 300;
  const found = online ? ((answer.body["matches"] ?? []) as Found[]) : alongWith(typed);
  at("find-source").hidden = false;
  at("find-source").textContent = online ? say("find.register") : shift.taken ? say("find.along", { place: shift.taken.name, clock: moment(shift.taken.at) }) : say("find.nobody-along");
  at("find-none").hidden = found.length > 0;
  at("find-results").replaceChildren(...found.slice(0, SHOWN).map((one) => make("li", {},
    make("p", {}, make("strong", {}, named(one.name)), make("span", { class: "code" }, one.number),
      make("span", { class: "hint" }, [one.place ?? "", has(`holding.${one.status}`) ? say(`holding.${one.status}`) : "", one.birth ?? ""].filter(Boolean).join(" · "))),
    button(say("find.fact"), () => { void openFact(one.number, one.place); }, "govuk-button--secondary"))));
  if (found.length > SHOWN) notice(say("find.too-many", { n: SHOWN }), "open");
}

/** Starts the screen of finding. */
export function startFinding(): void {
  whenShown("find", () => {
    at("find-results").replaceChildren();
    at("find-none").hidden = true;
    at("find-source").hidden = true;
  });
  onSubmit("find-form", search);
  document.addEventListener("handheld-locked", () => { at("find-results").replaceChildren(); });
}

/** Shows the screen with something read by a scanner. */
export async function find(text: string): Promise<void> {
  await show("find", false);
  at<HTMLInputElement>("find-text").value = text;
  at<HTMLFormElement>("find-form").requestSubmit();
}
