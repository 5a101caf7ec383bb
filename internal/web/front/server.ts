// The server's clock, as far as the page knows it: a computer on a landing may be minutes off.

const ahead = Date.parse(document.body.dataset.now ?? "") - Date.now();

/** The instant it is at the server, in milliseconds. */
export function serverNow(): number {
  return Date.now() + (Number.isNaN(ahead) ? 0 : ahead);
}

/** The minute of the day at the server, in the zone of the page, such as 21:47. */
export function serverClock(): string {
  const form = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone || "UTC" });
  return form.format(serverNow());
}
