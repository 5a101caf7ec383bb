// Package sheet reads a table as offices make them, CSV or XLSX, and turns each row into named, typed fields with the
// findings of that row.
//
// It knows formats, not custody: whoever calls it declares the columns that it wants, and judges what they mean. Three
// rules hold throughout.
//
// Nothing is dropped silently: each row below the header is good, has findings, or is blank, and Table.Read is their
// sum. A cell that stands under no heading, a title above the header, a sheet that was not read are reported too.
//
// Nothing is guessed: a value with two readings is a finding. Slashes are day first; a two-digit year is read only where
// one century alone makes sense; "1.234" may be a thousand or a bit more than one, so it is asked about.
//
// Nothing grows without bound: a file over a limit, a zip bomb or a table of a million blank rows is refused with a
// *Refusal, and no more is held in memory than the limits allow. Nothing is written to temporary files, since what is
// read here is about people.
package sheet
