package sheet

import (
	"fmt"
	"slices"
	"strings"
)

// Refusal says why a whole file cannot be read. Code is stable and has a text in the catalogues; Error gives the same in
// English, for logs and command lines.
type Refusal struct {
	Code   string
	Line   int    // where, as Row.Line counts; 0 if nowhere in particular
	Column string // the heading or the declared column's name; "" if none
	Params map[string]string
}

// The codes of refusals, with their parameters.
const (
	FileEmpty         = "file-empty"
	FileTooLarge      = "file-too-large"      // limit: bytes
	UnpackedTooLarge  = "unpacked-too-large"  // limit: bytes
	NotATable         = "not-a-table"         // found: what the file seems to be
	LegacyWorkbook    = "legacy-workbook"     // an .xls of before 2007
	EncryptedWorkbook = "encrypted-workbook"  //
	BinaryWorkbook    = "binary-workbook"     // an .xlsb
	OpenDocument      = "opendocument-file"   // an .ods
	WorkbookDamaged   = "workbook-damaged"    // part: the file within the workbook
	SeveralTables     = "several-tables"      // sheets: those that hold such a table
	HeaderNotFound    = "header-not-found"    // within: rows; expected: column names
	ColumnMissing     = "column-missing"      // columns: all that are missing; found: the headings of the file
	ColumnTwice       = "column-twice"        // first, second: the two headings
	SecondHeader      = "second-header"       // a header in another order, below the first
	TooManyRows       = "too-many-rows"       // limit
	TooManyBlankRows  = "too-many-blank-rows" // limit
	TooManyColumns    = "too-many-columns"    // limit
	TableTooLarge     = "table-too-large"     // limit: cells
)

// How much of the file a message repeats, in runes.
const (
	valueShownRunes    = 80  // of a cell
	headingsShownRunes = 400 // of all headings
)

var refusalTexts = map[string]string{
	FileEmpty:         "the file is empty; choose the file that holds the table",
	FileTooLarge:      "the file is larger than {limit} bytes; split it, or remove pictures from it",
	UnpackedTooLarge:  "the workbook unpacks to more than {limit} bytes; copy the table alone into a new workbook",
	NotATable:         "the file is not a table but {found}; save the table as CSV or XLSX",
	LegacyWorkbook:    "the workbook is in the old .xls format; save it as .xlsx",
	EncryptedWorkbook: "the workbook is protected by a password; save it without one",
	BinaryWorkbook:    "the workbook is in the binary .xlsb format; save it as .xlsx",
	OpenDocument:      "the file is an OpenDocument sheet; save it as .xlsx or CSV",
	WorkbookDamaged:   "the workbook is damaged in {part}; open it in a spreadsheet program and save it again",
	SeveralTables:     "the sheets {sheets} each hold such a table; save the one that is meant as a file of its own",
	HeaderNotFound:    "none of the first {within} rows is a header; name the columns, such as {expected}",
	ColumnMissing:     "no column for {columns} among {found}; add it, or correct its heading",
	ColumnTwice:       "the headings {first} and {second} mean the same column; keep one",
	SecondHeader:      "a second header names the columns in another order; make two files of it",
	TooManyRows:       "the table has more than {limit} rows; split the file",
	TooManyBlankRows:  "the table has more than {limit} rows, most of them blank; delete the blank rows",
	TooManyColumns:    "a row has more than {limit} cells; remove what is not part of the table",
	TableTooLarge:     "the table has more than {limit} cells; split the file, or leave out columns that are not needed",
}

// RefusalCodes lists every Code that a Refusal can have, in order, so that catalogues can be checked for them.
func RefusalCodes() []string { return sortedKeys(refusalTexts) }

// Error says what was wrong, where, and what would mend it.
func (r *Refusal) Error() string {
	var values []string
	for name, value := range r.Params {
		values = append(values, "{"+name+"}", value)
	}
	text := strings.NewReplacer(values...).Replace(refusalTexts[r.Code])
	if r.Column != "" {
		text = fmt.Sprintf("column %q: %s", r.Column, text)
	}
	if r.Line > 0 {
		text = fmt.Sprintf("row %d: %s", r.Line, text)
	}
	return text
}

func refuse(code string, params ...string) *Refusal {
	return &Refusal{Code: code, Params: pairs(params)}
}

func (r *Refusal) at(line int) *Refusal { r.Line = line; return r }

// Finding says what is wrong with one row, or one cell of it.
type Finding struct {
	Line   int
	Column string // the file's own heading; "" if the finding is about the whole row
	Code   string
	Value  string // what is written there, cut to 80 runes
	Params map[string]string
}

// The codes of findings, with their parameters.
const (
	ValueMissing       = "value-missing"        // a required column is blank
	TextTooLong        = "text-too-long"        // limit, length: runes
	ControlCharacter   = "control-character"    // character: as U+0007
	NotACharacter      = "not-a-character"      // character: as U+FFFE
	TextGarbled        = "text-garbled"         // the letters were spoiled by a wrong encoding
	DigitsLost         = "digits-lost"          // a long number that a spreadsheet has rounded, as 1,2E+15
	DateUnclear        = "date-unclear"         // no day, or none that exists
	DateOrderUnclear   = "date-order-unclear"   // the column's other dates are month first, this one may be
	DateOutOfRange     = "date-out-of-range"    // earliest, latest, as far as they are bounded
	YearTwoDigits      = "year-two-digits"      // the century is not clear
	TimeUnclear        = "time-unclear"         // no time of day, or one that the zone skips or has twice
	TimeMissing        = "time-missing"         // a day without a time of day
	TimeNotExpected    = "time-not-expected"    // a time of day where a day was asked for
	NotANumber         = "not-a-number"         //
	NotAnInteger       = "not-an-integer"       //
	NumberUnclear      = "number-unclear"       // "1.234" or "1,234": thousands or decimals
	NumberOutOfRange   = "number-out-of-range"  //
	ChoiceUnknown      = "choice-unknown"       // allowed: each as an office writes it, and its canonical value
	BooleanUnclear     = "boolean-unclear"      //
	CellError          = "cell-error"           // the workbook shows an error, as #REF!
	FormulaNotComputed = "formula-not-computed" // the workbook was saved without the formula's value
	TooManyCells       = "too-many-cells"       // cells right of the last heading; expected, found
	TooFewCells        = "too-few-cells"        // fewer than headings, in a CSV; expected, found
	CellWithoutHeading = "cell-without-heading" // column: its number from 1
	QuoteUnclear       = "quote-unclear"        // a quotation mark that opens and does not close, or the reverse
	RepeatedHeader     = "repeated-header"      //
	NotAPersonRow      = "not-a-person-row"     // a row of totals
)

var findingCodes = []string{
	ValueMissing, TextTooLong, ControlCharacter, NotACharacter, TextGarbled, DigitsLost, DateUnclear, DateOrderUnclear,
	DateOutOfRange, YearTwoDigits, TimeUnclear, TimeMissing, TimeNotExpected, NotANumber, NotAnInteger, NumberUnclear,
	NumberOutOfRange, ChoiceUnknown, BooleanUnclear, CellError, FormulaNotComputed, TooManyCells, TooFewCells,
	CellWithoutHeading, QuoteUnclear, RepeatedHeader, NotAPersonRow,
}

// FindingCodes lists every Code that a Finding can have, in order, so that catalogues can be checked for them.
func FindingCodes() []string { return slices.Sorted(slices.Values(findingCodes)) }

func pairs(params []string) map[string]string {
	if len(params) == 0 {
		return nil
	}
	m := make(map[string]string, len(params)/2)
	for i := 0; i+1 < len(params); i += 2 {
		m[params[i]] = params[i+1]
	}
	return m
}

// shown cuts text to n runes, for a report.
func shown(text string, n int) string {
	count := 0
	for i := range text {
		if count == n {
			return text[:i] + "…"
		}
		count++
	}
	return text
}
