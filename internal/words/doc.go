// Package words holds every text that Habeas shows to people, in Spanish and in English, and says it: sentences with
// their parameters, plurals, numbers, dates and times.
//
// The texts are catalogues, TOML files beside this one. The language is what stands before the first dot of a file's
// name (es.toml, es.refusals.toml), and all files of a language make one catalogue. Both languages have the same
// messages with the same parameters; a test holds that.
//
// A message is either a text, or a table with the plural forms of its language:
//
//	[refusal]
//	authority-live = "{person} is held on live papers: {authorities}."
//
//	[people]
//	one   = "{count} person"
//	other = "{count} people"
//
// Its id is the path of its keys: "refusal.authority-live", "people". A name in braces is a parameter; there is no logic
// in a text, and what a parameter says is never read as a text itself.
//
// The plural forms are zero, one, two, few, many and other. These names, and id, description, hash, leftdelim,
// rightdelim and translation, therefore cannot end the id of a message.
package words
