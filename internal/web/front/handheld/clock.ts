// The server's clock, as far as the device knows it. A device may be a day off: what it enters is stated in the server's
// time, and what its own clock said is sent beside.

let ahead = 0; // the server's clock less the device's, in milliseconds, at their last contact

/** Sets by how much the server's clock is ahead. */
export function correctBy(milliseconds: number): void {
  ahead = Number.isFinite(milliseconds) ? milliseconds : 0;
}

/** By how much the server's clock is ahead. */
export function correction(): number {
  return ahead;
}

/** The instant it is at the server, in milliseconds. */
export function now(): number {
  return Date.now() + ahead;
}

/** An instant as the server reads it. */
export function stated(at: number): string {
  return new Date(at).toISOString();
}
