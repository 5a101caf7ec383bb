// Clocks that count on: how long something has lasted, in the letters that the server uses.

import { serverNow } from "./server";

/** Writes how long ago an instant was, as the server does. */
export function lasted(since: string): string {
  const minutes = Math.max(Math.floor((serverNow() - Date.parse(since)) / 60_000), 0);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  if (days > 0) return `${days.toLocaleString(document.documentElement.lang)} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

function tick(): void {
  for (const clock of document.querySelectorAll<HTMLElement>("[data-since]")) {
    const text = lasted(clock.dataset.since ?? "");
    if (clock.textContent !== text) clock.textContent = text;
  }
}

/** Counts every clock of the page on. */
export function startClocks(): void {
  setInterval(tick, 15_000);
}
