// Putting fresh parts of a page in place without taking it from under the reader's hands.

import htmx from "htmx.org";
import { counterpart, focusOn } from "./focus";

/** Parts in which somebody was typing when they changed, by their names. */
const waiting = new Map<string, HTMLElement>();

/** Puts those parts in place that have changed. What had the focus keeps it; what was open stays open. */
export function put(html: string): void {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll<HTMLElement>("[data-part]")) place(part);
}

/** Puts the parts in place that wait, wherever nobody types any more. */
export function putWaiting(): void {
  for (const part of [...waiting.values()]) place(part);
}

function place(part: HTMLElement): void {
  waiting.delete(part.id);
  const old = document.getElementById(part.id);
  if (!old || old.isEqualNode(part)) return;
  if (isTypedIn(old)) {
    waiting.set(part.id, part);
    return;
  }
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const heir = focused && (focused === old ? part : counterpart(old, part, focused) ?? part);
  const open = [...old.querySelectorAll("details")].map((d) => d.open);
  part.querySelectorAll("details").forEach((d, i) => { d.open = open[i] ?? d.open; });
  const scrolled = [...old.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
  old.replaceWith(part);
  part.querySelectorAll(".scroll").forEach((s, i) => { s.scrollLeft = scrolled[i] ?? 0; });
  htmx.process(part);
  if (heir) focusOn(heir);
}

/** Whether somebody is typing in a part, or has typed what was not sent yet. */
function isTypedIn(part: HTMLElement): boolean {
  const active = document.activeElement;
  if (part.contains(active) && active !== null && active.matches("input, textarea, select")) return true;
  return [...part.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")]
    .some((field) => field.value !== field.defaultValue || ("checked" in field && field.checked !== field.defaultChecked));
}
