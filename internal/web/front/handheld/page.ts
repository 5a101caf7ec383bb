// The page: its screens, of which one is shown, and what is written on them. Nothing that came from elsewhere becomes markup.

import { counterpart, focusOn } from "../focus";

/** The element with an identifier, which the page has. */
export function at<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no ${id}`);
  return element as E;
}

/** Makes an element. */
export function make<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Record<string, string> = {}, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...inside);
  return element;
}

/** Puts fresh items into a list. What had the focus keeps it; where it is gone, the heading of the screen has it. */
export function renew(list: HTMLElement, items: HTMLElement[]): void {
  const old = list.cloneNode(false) as HTMLElement;
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  old.append(...list.childNodes);
  list.replaceChildren(...items);
  if (!focused) return;
  const heir = counterpart(old, list, focused) ?? list.closest(".hh-screen")?.querySelector<HTMLElement>("h2");
  if (heir) focusOn(heir);
}

/** A name of somebody, which may run from right to left. */
export function named(name: string): HTMLElement {
  return make("bdi", {}, name);
}

/** A button that does something. */
export function button(text: string, act: () => void, kind = ""): HTMLButtonElement {
  const one = make("button", { type: "button", class: `govuk-button ${kind}`.trim() }, text);
  one.addEventListener("click", act);
  return one;
}

/** What a field holds. */
export function value(id: string): string {
  return at<HTMLInputElement>(id).value.trim();
}

/** Empties fields. */
export function empty(...ids: string[]): void {
  for (const id of ids) at<HTMLInputElement>(id).value = "";
}

/** Says something above the screen, aloud; nothing takes it away. */
export function notice(text: string, tone: "wrong" | "right" | "open" | "" = ""): void {
  const box = at("hh-notice");
  box.className = `notice ${tone}`.trim();
  box.textContent = text;
  box.hidden = text === "";
}

const onShow = new Map<string, () => void | Promise<void>>();

/** Does something whenever a screen is shown. */
export function whenShown(screen: string, act: () => void | Promise<void>): void {
  onShow.set(screen, act);
}

/** Which screen is shown. */
export let shown = "";

/** Shows a screen, and puts the focus on its heading. */
export async function show(screen: string, focus = true): Promise<void> {
  shown = screen;
  for (const one of document.querySelectorAll<HTMLElement>(".hh-screen")) one.hidden = one.id !== `screen-${screen}`;
  for (const one of document.querySelectorAll<HTMLElement>("[data-go]")) {
    if (one.dataset.go === screen) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  await onShow.get(screen)?.();
  if (focus) document.querySelector<HTMLElement>(`#screen-${screen} h2`)?.focus();
}

/** Does what a form is for when it is sent, once at a time. */
export function onSubmit(id: string, act: () => Promise<void>): void {
  let busy = false;
  at<HTMLFormElement>(id).addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    notice("");
    void act().catch((fault: unknown) => {
      console.error(fault);
      notice(at("screen-sign").dataset.fault ?? "", "wrong");
    }).finally(() => { busy = false; });
  });
}
