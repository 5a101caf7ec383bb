// Parts that a page asks the server for by itself, as its markup says (hx- attributes), by htmx.

import htmx from "htmx.org";
import { focusOn } from "./focus";

/** Sets htmx so that nothing in a page can run as code, and no record stays in the browser. */
export function startParts(): void {
  Object.assign(htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false, // our style sheet has them; the policy allows none in a page
    selfRequestsOnly: true,
    historyCacheSize: 0, // pages hold people's records: they are asked for again, never kept
    historyEnabled: true,
    refreshOnHistoryMiss: true,
    scrollBehavior: "auto",
    timeout: 20_000,
  });
  // A refused form comes back whole, with what is wrong beside each field: it is shown like any other answer.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>;
    if (detail.xhr.status === 409 || detail.xhr.status === 422) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  keepFocus();
  // Whoever is signed out is sent to sign in: the answer is then a whole page, which no part can hold.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest }>;
    if (new URL(detail.xhr.responseURL || location.href).pathname === "/sign-in" && location.pathname !== "/sign-in") {
      event.preventDefault();
      location.reload();
    }
  });
  for (const failed of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failed, () => { document.getElementById("part-failed")?.removeAttribute("hidden"); });
  }
  document.addEventListener("htmx:afterOnLoad", () => { document.getElementById("part-failed")?.setAttribute("hidden", ""); });
}

/** What had the focus may be gone with the part that it was in: then the fresh part has it. */
function keepFocus(): void {
  const lost = new Set<string>(); // a part may be asked for again before the last answer has settled
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: HTMLElement }>).detail;
    if (target.contains(document.activeElement)) lost.add(target.id);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of lost) {
      const part = document.getElementById(id);
      if (part && (document.activeElement === null || document.activeElement === document.body)) focusOn(part);
    }
    lost.clear();
  });
}
