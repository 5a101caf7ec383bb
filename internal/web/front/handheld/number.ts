// Prison numbers and codes as people type and scanners read them. The rule is that of internal/custody/number.go, so that a
// mistyped digit is found without a network.

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";

/** The plain form of a prison number; undefined: it is none, or its check letter is wrong. */
export function prisonNumber(typed: string): string | undefined {
  const clean = typed.replace(/[\s.-]/g, "").toUpperCase();
  const parts = /^(\d{7,11})([A-Z])$/.exec(clean);
  if (!parts) return undefined;
  const serial = Number(parts[1]);
  return serial >= 1_000_000 && LETTERS[serial % LETTERS.length] === parts[2] ? `${serial}${parts[2]}` : undefined;
}

/** A place's code as it was typed or read from its door, in the letters of one that is known. */
export function placeCode(typed: string, known: readonly string[]): string {
  const code = typed.trim();
  return known.find((one) => one.toLowerCase() === code.toLowerCase()) ?? code;
}

/** A text without accents and case, to be compared with another. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
