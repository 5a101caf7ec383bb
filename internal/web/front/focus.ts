// Where the focus goes when what had it is put in place anew. Whoever works with the keyboard, or with a screen reader, would
// else be sent back to the top of the page by every number that changes.

/** Finds in a fresh copy what had the focus in the old one: the element of that name, or the one that leads to the same place or
 * says the same, and stands as far down among its like. */
export function counterpart(old: Element, fresh: Element, focused: Element): HTMLElement | undefined {
  if (focused.id) return fresh.querySelector<HTMLElement>(`#${CSS.escape(focused.id)}`) ?? undefined;
  const address = focused.getAttribute("href");
  const alike = (within: Element): HTMLElement[] => [...within.querySelectorAll<HTMLElement>(focused.localName)]
    .filter((one) => one.getAttribute("href") === address && (address !== null || one.textContent === focused.textContent));
  const all = alike(fresh);
  return all[alike(old).indexOf(focused as HTMLElement)] ?? all[all.length - 1];
}

/** Gives the focus to an element, also to one that the Tab key passes by, without scrolling. */
export function focusOn(element: HTMLElement): void {
  if (element.tabIndex < 0) element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
}
