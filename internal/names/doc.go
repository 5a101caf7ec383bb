// Package names finds a person by a name that is written wrongly, in part, or in another order.
//
// Names reach a prison from many hands: a court writes "Menjívar Ayala, José Luis", a hospital "Jose L. Menjibar", a
// mother says "Luis". All are the same person, and the officer at the desk must see that person among the first lines.
//
// An Index keeps the names of all people in memory. Names repeat, so the distinct words (the vocabulary) are few beside
// the people. A search compares each word of the query with the vocabulary, by spelling and by sound, follows the words
// found to the people who bear them, the rarest first, and stops as soon as nobody left could reach the answer. Words
// count by their rarity, so a rare surname decides where a common given name does not.
//
// The package is pure: no input or output, no clock, no chance.
package names
