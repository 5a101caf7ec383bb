// Sending what was entered: at once with a line, and as soon as it returns.

import * as queue from "./queue";

let due = 0;

/** Sends what waits, soon; whoever enters something need not wait for it. */
export function sendSoon(): void {
  clearTimeout(due);
  due = window.setTimeout(() => { document.dispatchEvent(new Event("handheld-send")); }, 0);
}

/** Sends what waits and tells the page what came of it. */
export async function sendNow(): Promise<number> {
  const answered = await queue.flush();
  document.dispatchEvent(new Event("handheld-sent"));
  return answered;
}
