// My tasks: what there is to do now, and the people taken along.

import { openBus } from "./bus";
import { openCount } from "./count";
import { at, button, make, named, notice, renew, whenShown } from "./page";
import * as shift from "./shift";
import { moment, say } from "./words";

/** Shows what there is to do. */
export function showTasks(): void {
  const tasks = shift.kept?.tasks;
  if (!tasks) return;
  at("tasks-who").replaceChildren(named(tasks.official.fullName));
  at("tasks-at").textContent = say("tasks.at", { clock: moment(shift.kept?.at ?? 0) });
  const items: HTMLElement[] = [];
  for (const count of tasks.counts) {
    const left = count.landings.length;
    const act = left > 0 ? button(say("tasks.count"), () => { void openCount(count); }) : make("p", { class: "hint" }, say("tasks.counted"));
    items.push(make("li", {}, make("p", {}, make("strong", {}, say(`countkind.${count.kind}`)), " ", named(count.name), make("span", { class: "hint" }, say("tasks.since", { clock: moment(count.opened) }))), act));
  }
  for (const bus of tasks.buses) {
    items.push(make("li", {}, make("p", {}, make("strong", {}, say("tasks.bus", { vehicles: bus.vehicles.join(", "), n: bus.people.length })),
      make("span", { class: "hint" }, say("tasks.from", { who: bus.giver, clock: moment(bus.offered) }))), button(say("tasks.receive"), () => { void openBus(bus); })));
  }
  renew(at("tasks-list"), items);
  at("tasks-none").hidden = items.length > 0;
  showTaken(tasks);
}

function showTaken(tasks: shift.Tasks): void {
  at("take-blind").hidden = !tasks.blind;
  at("take-form").hidden = tasks.blind || tasks.around.length === 0;
  const select = at<HTMLSelectElement>("take-place");
  const chosen = select.value || shift.taken?.place;
  const option = (post: shift.Post): HTMLElement => make("option", { value: post.code }, `${post.name} (${post.code})`);
  select.replaceChildren(...[...tasks.around, ...tasks.landings].map(option));
  if (chosen && [...select.options].some((one) => one.value === chosen)) select.value = chosen;
  at("taken").hidden = !shift.taken;
  if (shift.taken) at("taken").textContent = say("taken", { place: shift.taken.name, clock: moment(shift.taken.at) });
}

/** Starts the screen of tasks. */
export function startTasks(): void {
  whenShown("tasks", showTasks);
  at("take-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void (async () => {
      const refusal = await shift.take(at<HTMLSelectElement>("take-place").value);
      if (refusal) notice(`${refusal.detail} ${refusal.mend}`, "wrong");
      else if (shift.line === "cut") notice(say("sign.no-line"), "wrong");
      else notice("");
      showTasks();
    })();
  });
}
