// Counting a landing, blind: the handheld was never told what is expected, and shows no list of people here.

import { at, empty, make, notice, onSubmit, show, shown, value, whenShown } from "./page";
import { placeCode, prisonNumber } from "./number";
import { sendSoon } from "./sending";
import * as queue from "./queue";
import * as shift from "./shift";
import { moment, say } from "./words";

const MOST = 10_000; // custody.MaxSlip

let counting: shift.CountTask | undefined;

/** Opens the slip of a count. */
export async function openCount(count: shift.CountTask): Promise<void> {
  counting = count;
  empty("count-number", "count-door", "count-people", "count-strangers");
  await show("count");
}

function fill(): void {
  const count = counting;
  if (!count) return;
  const names = new Map(shift.kept?.tasks.landings.map((post) => [post.code, post]) ?? []);
  at("count-which").textContent = `${say(`countkind.${count.kind}`)} · ${count.name} · ${say("tasks.since", { clock: moment(count.opened) })}`;
  const groups = new Map<string, HTMLElement>();
  for (const code of count.landings) {
    const post = names.get(code);
    const under = post?.under ?? "";
    const group = groups.get(under) ?? make("optgroup", { label: under || count.name });
    groups.set(under, group);
    group.append(make("option", { value: code }, post ? `${post.name} (${code})` : code));
  }
  at("count-landing").replaceChildren(...groups.values());
  const byName = count.kind === "named";
  at("count-by-number").hidden = byName;
  at("count-by-name").hidden = !byName;
}

/** Chooses the landing whose door was read. */
function chooseDoor(): void {
  const select = at<HTMLSelectElement>("count-landing");
  const code = placeCode(value("count-door"), [...select.options].map((one) => one.value));
  if (code === "") return;
  if ([...select.options].some((one) => one.value === code)) {
    select.value = code;
    notice("");
    at(at("count-by-number").hidden ? "count-people" : "count-number").focus();
  } else {
    notice(say("count.other-door", { place: code }), "wrong");
  }
  empty("count-door");
}

/** What is stated; undefined: something has to be mended first. */
function stated(): Record<string, unknown> | undefined {
  if (counting?.kind === "named") {
    const typed = at<HTMLTextAreaElement>("count-people").value.split(/[\s,;]+/).filter(Boolean);
    const wrong = typed.find((one) => !prisonNumber(one));
    if (wrong) {
      notice(say("number.wrong", { number: wrong }), "wrong");
      return undefined;
    }
    const strangers = at<HTMLTextAreaElement>("count-strangers").value.split("\n").map((one) => one.trim()).filter(Boolean);
    return { people: [...new Set(typed.map((one) => prisonNumber(one) as string))], strangers };
  }
  const typed = value("count-number");
  const number = Number(typed);
  if (!/^\d+$/.test(typed) || number > MOST) {
    notice(say("count.no-number"), "wrong");
    at("count-number").focus();
    return undefined;
  }
  return { number };
}

async function give(): Promise<void> {
  const count = counting;
  const found = stated();
  const landing = value("count-landing");
  if (!count || !found || !landing) return;
  const name = shift.kept?.tasks.landings.find((post) => post.code === landing)?.name ?? landing;
  await queue.enter(`/counts/${encodeURIComponent(count.id)}/slips`, (counted) => ({ landing, ...found, source: "handheld", counted }),
    { id: count.kind === "named" ? "entry.slip-named" : "entry.slip", put: { place: `${name} (${landing})`, n: typeof found["number"] === "number" ? found["number"] : (found["people"] as string[]).length } });
  count.landings = count.landings.filter((one) => one !== landing);
  empty("count-number", "count-people", "count-strangers");
  notice(say("count.given", { place: name }), "right");
  if (count.landings.length > 0) fill();
  else if (shown === "count") await show("tasks"); // not from under whoever has gone on meanwhile
  sendSoon();
}

/** Starts the screen of counts. */
export function startCounts(): void {
  whenShown("count", fill);
  onSubmit("count-form", give);
  at("count-door").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // a scanner ends with Enter: the slip is not given by it
    chooseDoor();
  });
  at("count-door").addEventListener("change", chooseDoor);
}
