// The line to the server: what is live on a page comes over it as server-sent events, and a page whose line is cut says so
// and since when, because a number that looks live and is not is worse than none.

import { put, putWaiting } from "./put";
import { serverClock } from "./server";

/** A line that is silent for so long is cut, even if nobody said so: the server speaks every ten seconds. */
const SILENCE = 30_000;
/** How long to wait before asking again. */
const AGAIN = 3_000;
/** A page that nobody looks at gives its line back after so long: browsers allow few to one server. */
const UNSEEN = 60_000;

/** Keeps the page's live parts as the server has them. */
export function follow(address: string): void {
  const cutNotice = document.getElementById("line-cut");
  const endedNotice = document.getElementById("line-ended");
  let source: EventSource | undefined;
  let timer = 0;
  let unseen = 0;

  const wait = (then: () => void, time: number): void => {
    clearTimeout(timer);
    timer = window.setTimeout(then, time);
  };
  const heard = (): void => {
    document.body.classList.remove("is-cut");
    if (cutNotice) cutNotice.hidden = true;
    wait(cut, SILENCE);
  };
  const cut = (): void => {
    source?.close();
    if (cutNotice?.hidden) {
      const since = cutNotice.querySelector<HTMLElement>("[data-clock]");
      if (since) since.textContent = serverClock();
      cutNotice.hidden = false;
      document.body.classList.add("is-cut");
    }
    wait(listen, AGAIN);
  };
  const listen = (): void => {
    source?.close();
    source = new EventSource(address);
    source.addEventListener("part", (event: MessageEvent<string>) => {
      put(event.data);
      heard();
    });
    source.addEventListener("signed-out", () => {
      source?.close();
      clearTimeout(timer);
      if (cutNotice) cutNotice.hidden = true;
      if (endedNotice) endedNotice.hidden = false;
    });
    source.addEventListener("error", cut);
    wait(cut, SILENCE);
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(unseen);
    if (document.visibilityState === "hidden") {
      unseen = window.setTimeout(() => {
        source?.close();
        clearTimeout(timer);
        source = undefined;
      }, UNSEEN);
    } else if (!source) {
      listen();
    }
  });
  document.addEventListener("focusout", () => { setTimeout(putWaiting, 0); }); // once it is known what has the focus instead
  window.addEventListener("pagehide", () => {
    source?.close();
    clearTimeout(timer);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) listen(); // came back from the browser's memory
  });
  listen();
}
