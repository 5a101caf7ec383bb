// Receiving a bus: each person is looked at and ticked, the handover is accepted for all, or the number of those who came is
// stated and the desk decides.

import { at, empty, make, named, notice, onSubmit, show, shown, value, whenShown } from "./page";
import { prisonNumber } from "./number";
import * as queue from "./queue";
import { sendSoon } from "./sending";
import * as shift from "./shift";
import { moment, say } from "./words";

let receiving: shift.BusTask | undefined;
let seen = new Set<string>();

/** Opens the list of those who are offered. */
export async function openBus(bus: shift.BusTask): Promise<void> {
  if (receiving?.handover !== bus.handover) seen = new Set();
  receiving = bus;
  await show("bus");
}

function fill(): void {
  const bus = receiving;
  if (!bus) return;
  at("bus-which").textContent = `${bus.vehicles.join(", ")} · ${bus.transfer} · ${say("tasks.from", { who: bus.giver, clock: moment(bus.offered) })}`;
  at("bus-list").replaceChildren(...bus.people.map((one) => {
    const id = `bus-${one.number}`;
    const box = make("input", { type: "checkbox", id, class: "hh-tick" });
    box.checked = seen.has(one.number);
    box.addEventListener("change", () => tick(one.number, box.checked));
    return make("li", {}, box, make("label", { for: id }, make("strong", {}, named(one.name)), make("span", { class: "code" }, one.number),
      make("span", { class: "hint" }, one.cell ? say("bus.cell", { place: one.cell }) : "")));
  }));
  sum();
}

function tick(number: string, is: boolean): void {
  if (is) seen.add(number);
  else seen.delete(number);
  sum();
}

function sum(): void {
  const all = receiving?.people.length ?? 0;
  at("bus-sum").textContent = say("bus.sum", { n: seen.size, all });
  at<HTMLButtonElement>("bus-accept").disabled = seen.size < all;
  at("bus-short").hidden = seen.size >= all;
}

/** Ticks whose wristband was read. */
function scanned(): void {
  const number = prisonNumber(value("bus-scan"));
  const typed = value("bus-scan");
  empty("bus-scan");
  if (typed === "") return;
  if (!number) return notice(say("number.wrong", { number: typed }), "wrong");
  const one = receiving?.people.find((person) => person.number === number);
  if (!one) return notice(say("bus.not-listed", { number }), "wrong");
  notice("");
  seen.add(number);
  at<HTMLInputElement>(`bus-${number}`).checked = true;
  at(`bus-${number}`).scrollIntoView({ block: "center" });
  sum();
}

async function accept(): Promise<void> {
  const bus = receiving;
  if (!bus || seen.size < bus.people.length) return;
  await queue.enter(`/handovers/${encodeURIComponent(bus.handover)}/acceptance`, (happened) => ({ happened }), { id: "entry.received", put: { vehicles: bus.vehicles.join(", "), n: bus.people.length } });
  await leave(bus, say("bus.received", { n: bus.people.length }));
}

/** States how many came, where it is not everybody: a fact, from which the desk goes on. */
async function short(): Promise<void> {
  const bus = receiving;
  const vehicle = bus?.vehicles[0];
  if (!bus || !vehicle) return;
  const counted = seen.size;
  await queue.enter(`/transfers/${encodeURIComponent(bus.transfer)}/counts`, (happened) => ({ vehicle, stage: "arrival", counted, happened }), { id: "entry.came", put: { vehicles: vehicle, n: counted } });
  notice(say("bus.came", { n: counted }), "open");
  sendSoon();
}

async function leave(bus: shift.BusTask, text: string): Promise<void> {
  const tasks = shift.kept?.tasks;
  if (tasks) tasks.buses = tasks.buses.filter((one) => one.handover !== bus.handover);
  receiving = undefined;
  seen = new Set();
  if (shown === "bus") await show("tasks"); // not from under whoever has gone on meanwhile
  notice(text, "right");
  sendSoon();
}

/** Starts the screen of buses. */
export function startBuses(): void {
  whenShown("bus", fill);
  onSubmit("bus-form", accept);
  at("bus-scan").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    scanned();
  });
  at("bus-short-button").addEventListener("click", () => { void short(); });
  document.addEventListener("handheld-locked", () => { at("bus-list").replaceChildren(); });
}
