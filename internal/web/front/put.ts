// Putting fresh parts of a page in place without taking it from under the reader's hands.

import htmx from "htmx.org";

/** Puts those parts in place that have changed. What had the focus keeps it; what was open stays open. */
export function put(html: string): void {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll<HTMLElement>("[data-part]")) {
    const old = document.getElementById(part.id);
    if (!old || old.isEqualNode(part)) continue;
    if (holdsWhatIsTyped(old)) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const open = [...old.querySelectorAll("details")].map((d) => d.open);
    part.querySelectorAll("details").forEach((d, i) => { d.open = open[i] ?? d.open; });
    const scrolled = [...old.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
    old.replaceWith(part);
    part.querySelectorAll(".scroll").forEach((s, i) => { s.scrollLeft = scrolled[i] ?? 0; });
    htmx.process(part);
    refocus(part, focused);
  }
}

/** Whether somebody is typing in a part: it waits until they are done. */
function holdsWhatIsTyped(part: HTMLElement): boolean {
  const active = document.activeElement;
  return part.contains(active) && active !== null && active.matches("input, textarea, select");
}

function refocus(part: HTMLElement, focused: Element | null): void {
  if (!focused) return;
  const address = focused.getAttribute("href");
  const same = focused.id ? document.getElementById(focused.id) : address ? part.querySelector<HTMLElement>(`a[href="${CSS.escape(address)}"]`) : null;
  same?.focus({ preventScroll: true });
}
