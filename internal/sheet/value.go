package sheet

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// problem is why a cell's value could not be read.
type problem struct {
	code   string
	params []string
}

func wrong(code string, params ...string) *problem { return &problem{code, params} }

// readCell gives a cell that holds something its type.
func (a *assembly) readCell(column *wantedColumn, place int, d datum) (cell, *problem) {
	c := cell{text: clean(d.text)}
	switch d.form {
	case asError:
		return c, wrong(CellError)
	case asUncomputed:
		return c, wrong(FormulaNotComputed)
	}
	if p := a.checkText(column, d, c.text); p != nil {
		return c, p
	}
	var p *problem
	switch column.Kind {
	case Text:
		if d.rounded || looksRounded(c.text) {
			p = wrong(DigitsLost)
		} else if garbled(c.text) {
			p = wrong(TextGarbled)
		}
	case Date, Time:
		c, p = a.readDay(column, place, d, c)
	case Number:
		var f float64
		f, p = readNumber(d, c.text)
		c.value = int64(math.Float64bits(f))
	case Integer:
		c.value, p = readInteger(d, c.text)
	case Choice:
		at, ok := column.choice[fold(c.text)]
		if !ok {
			p = wrong(ChoiceUnknown, "allowed", column.allowed())
		}
		c.value = int64(at)
	case Boolean:
		yes, ok := yesOrNo[fold(c.text)]
		if !ok {
			p = wrong(BooleanUnclear)
		}
		if yes {
			c.value = 1
		}
	}
	return c, p
}

var yesOrNo = map[string]bool{
	"si": true, "s": true, "yes": true, "y": true, "x": true, "1": true, "true": true, "verdadero": true, "v": true, "✓": true,
	"no": false, "n": false, "0": false, "false": false, "falso": false, "f": false,
}

// checkText finds text that is too long, or holds what no keyboard writes.
func (a *assembly) checkText(column *wantedColumn, d datum, text string) *problem {
	limit := a.limits.CellRunes
	if column.MaxRunes > 0 {
		limit = min(limit, column.MaxRunes)
	}
	if d.cut {
		return wrong(TextTooLong, "limit", strconv.Itoa(limit))
	}
	if len(text) > limit {
		if n := utf8.RuneCountInString(text); n > limit {
			return wrong(TextTooLong, "limit", strconv.Itoa(limit), "length", strconv.Itoa(n))
		}
	}
	for _, r := range text {
		switch {
		case r >= ' ' && r < 0x7f, r == '\n', r == '\r', r == '\t':
		case unicode.IsControl(r), r == 0x202d, r == 0x202e:
			// The two directional overrides turn what is read around, and no name needs them.
			return wrong(ControlCharacter, "character", fmt.Sprintf("%U", r))
		case r == utf8.RuneError, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
			return wrong(NotACharacter, "character", fmt.Sprintf("%U", r))
		}
	}
	return nil
}

var roundedPattern = regexp.MustCompile(`^[-+]?\d(?:[.,]\d+)?[eE]\+\d{2,3}$`)

// looksRounded reports whether text is what a spreadsheet leaves of a long number, as 1,23457E+11.
func looksRounded(text string) bool {
	return strings.ContainsAny(text, "eE") && roundedPattern.MatchString(text)
}

// readNumber reads a number with a decimal comma or point.
func readNumber(d datum, text string) (float64, *problem) {
	if d.form == asNumber {
		return d.number, nil
	}
	if d.form != asText {
		return 0, wrong(NotANumber)
	}
	plain, p := plainNumber(text)
	if p != nil {
		return 0, p
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return 0, wrong(NumberOutOfRange)
	}
	return f, nil
}

// largestExact is the number up to which a float64 holds every integer.
const largestExact = 1 << 53

func readInteger(d datum, text string) (int64, *problem) {
	if d.form == asText {
		plain, p := plainNumber(text)
		if p != nil {
			return 0, p
		}
		if whole, decimals, _ := strings.Cut(plain, "."); strings.Trim(decimals, "0") == "" {
			n, err := strconv.ParseInt(whole, 10, 64)
			if err != nil {
				return 0, wrong(NumberOutOfRange)
			}
			return n, nil
		}
		return 0, wrong(NotAnInteger)
	}
	f, p := readNumber(d, text)
	switch {
	case p != nil:
		return 0, p
	case f != math.Trunc(f):
		return 0, wrong(NotAnInteger)
	case d.rounded, math.Abs(f) > largestExact:
		return 0, wrong(DigitsLost)
	}
	return int64(f), nil
}

// plainNumber rewrites a number as people write it to digits with at most one decimal point.
//
// The last of two different separators is the decimal one; one that occurs twice parts thousands. A single separator
// before exactly three digits has two readings, and is refused: "1.234" is a thousand in Spain and a bit more than one in
// El Salvador.
func plainNumber(text string) (string, *problem) {
	if looksRounded(text) {
		return "", wrong(DigitsLost)
	}
	sign := ""
	if rest, ok := strings.CutPrefix(strings.Replace(text, "−", "-", 1), "-"); ok {
		sign, text = "-", rest
	} else {
		text = strings.TrimPrefix(text, "+")
	}
	text, ok := withoutGroups(text, ' ')
	if !ok {
		return "", wrong(NotANumber)
	}
	for _, r := range text {
		if (r < '0' || r > '9') && r != '.' && r != ',' {
			return "", wrong(NotANumber)
		}
	}
	points, commas := strings.Count(text, "."), strings.Count(text, ",")
	decimal := byte(0)
	switch {
	case points > 0 && commas > 0:
		decimal = '.'
		if strings.LastIndexByte(text, ',') > strings.LastIndexByte(text, '.') {
			decimal = ','
		}
	case points == 1:
		decimal = '.'
	case commas == 1:
		decimal = ','
	}
	whole, decimals := text, ""
	if decimal != 0 {
		at := strings.LastIndexByte(text, decimal)
		whole, decimals = text[:at], text[at+1:]
		if decimals == "" {
			return "", wrong(NotANumber)
		}
		if points+commas == 1 && len(decimals) == 3 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0' {
			return "", wrong(NumberUnclear)
		}
	}
	for _, separator := range []rune{'.', ','} {
		if whole, ok = withoutGroups(whole, separator); !ok {
			return "", wrong(NotANumber)
		}
	}
	if whole == "" && decimals == "" || strings.ContainsAny(decimals, ".,") {
		return "", wrong(NotANumber)
	}
	if whole == "" {
		whole = "0"
	}
	if decimals == "" {
		return sign + whole, nil
	}
	return sign + whole + "." + decimals, nil
}

// withoutGroups takes away a separator that parts the whole digits in groups of three, and reports whether it does just
// that. The last group may go on with decimals.
func withoutGroups(text string, separator rune) (string, bool) {
	groups := strings.Split(text, string(separator))
	for i, group := range groups[1:] {
		digits := len(group)
		if i == len(groups)-2 {
			if end := strings.IndexAny(group, ".,"); end >= 0 {
				digits = end
			}
		}
		if digits != 3 {
			return "", false
		}
	}
	if len(groups) > 1 && (len(groups[0]) < 1 || len(groups[0]) > 3) {
		return "", false
	}
	return strings.Join(groups, ""), true
}
