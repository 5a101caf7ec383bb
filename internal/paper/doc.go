// Package paper prints what people hold in their hands: manifests, escort records, handover forms, roll and count sheets,
// slips, labels, receipts, and the forms for when there is no system. Each document is a struct of what it says and a
// function that prints it as a PDF, in Spanish or English. The same struct at the same instant is the same file, byte for
// byte.
//
// # Letters
//
// The typeface is DejaVu Sans Condensed, of which each file holds the letters that it uses. It shows Latin with every accent,
// Greek, Cyrillic, Armenian and Georgian. What it cannot show as its readers write it (Arabic, Hebrew, Chinese, emoji) is never
// dropped: it is written by its sound in Latin letters between ‹ and ›, or, where there is no sound, as [U+1F600], and the foot
// of the page says so. A text too long for its cell ends in "… [+123]", the number of characters that the record has beyond it.
//
// # Codes
//
// Codes hold plain text as it stands in the record: a prison number, the code of a place, the number of a form, a receipt. A
// code is drawn with the white border that readers need, and never narrower than a hand-held reader resolves: Code 128 that
// would be is left out, and the QR code beside it says the same.
package paper
