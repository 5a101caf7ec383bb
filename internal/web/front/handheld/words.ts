// The words of the page, in its language: they come with it, so that they are there without a network.

import { now } from "./clock";

const said = new Map<string, string>();
for (const one of document.querySelector<HTMLTemplateElement>("#words")?.content.querySelectorAll("data") ?? []) said.set(one.value, one.textContent ?? "");

/** Says a message; what stands between % is put in. */
export function say(id: string, put: Record<string, string | number> = {}): string {
  const text = said.get(id);
  if (text === undefined) throw new Error(`the page does not say ${id}`);
  return text.replace(/%([a-z]+)%/g, (_, name: string) => String(put[name] ?? ""));
}

/** Whether the page has words for something. */
export function has(id: string): boolean {
  return said.has(id);
}

let zone = "UTC";

/** Sets the zone in which times are written: that of the establishment. */
export function writeTimesIn(name: string): void {
  zone = name || "UTC";
}

/** Writes an instant by the server's clock as the minute of the day, and the day where it is another. */
export function moment(at: number | string): string {
  const language = document.documentElement.lang === "en" ? "en-GB" : "es";
  const day = new Intl.DateTimeFormat(language, { timeZone: zone, day: "numeric", month: "short" });
  const clock = new Intl.DateTimeFormat(language, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const when = typeof at === "number" ? at : Date.parse(at);
  return day.format(when) === day.format(now()) ? clock.format(when) : `${day.format(when)}, ${clock.format(when)}`;
}
