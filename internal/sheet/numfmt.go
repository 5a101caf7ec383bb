package sheet

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"
)

// cellFormat is what a cell's number format says about its number.
type cellFormat struct {
	form   form   // asDay, asInstant or asClock; asNumber or asText for any other
	digits string // a mask such as 00000000-0, with which identity numbers are typed; "" for any other
}

var day0 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func (c clock) sinceMidnight() time.Duration {
	return time.Duration(c.hour)*time.Hour + time.Duration(c.minute)*time.Minute + time.Duration(c.second)*time.Second
}

// mostFormats bounds the tables of formats; Excel allows 65,490 cell formats.
const mostFormats = 70_000

// readStyles reads the number format of each cell style.
func (w *workbook) readStyles(name string) error {
	codes := map[int]string{}
	inside := false
	return w.walk(name, func(token xml.Token) error {
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "numFmt":
				if id, err := strconv.Atoi(attribute(e, "numFmtId")); err == nil && len(codes) < mostFormats {
					codes[id] = attribute(e, "formatCode")
				}
			case "cellXfs":
				inside = true
			case "xf":
				if inside {
					if len(w.formats) == mostFormats {
						return damaged(name)
					}
					id, _ := strconv.Atoi(attribute(e, "numFmtId")) // without one, the general format
					w.formats = append(w.formats, formatOf(id, codes))
				}
			}
		case xml.EndElement:
			if e.Name.Local == "cellXfs" {
				inside = false
			}
		}
		return nil
	})
}

// formatOf reads a format by its number. Those below 164 that the file does not define are built in (ECMA-376, part 1,
// 18.8.30): of them these are dates and times, 27 to 36 and 50 to 58 in East Asian editions.
func formatOf(id int, codes map[int]string) cellFormat {
	if code, ok := codes[id]; ok {
		return readFormat(code)
	}
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 36, id >= 50 && id <= 58:
		return cellFormat{form: asDay}
	case id == 22:
		return cellFormat{form: asInstant}
	case id >= 18 && id <= 21, id >= 45 && id <= 47:
		return cellFormat{form: asClock}
	}
	return cellFormat{}
}

// readFormat tells from a format code, such as `dd/mm/yyyy;@` or `00000000\-0`, what the number is.
func readFormat(code string) cellFormat {
	if len(code) > 255 { // Excel's own limit
		return cellFormat{}
	}
	var letters, mask strings.Builder
	digitsOnly := true
	literal := func(text string) { mask.WriteString(text) }
scan:
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			break scan // what follows is for negative numbers, zero and text
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				break scan
			}
			literal(code[i+1 : i+1+end])
			i += end + 1
		case '\\':
			if i++; i < len(code) {
				literal(code[i : i+1])
			}
		case '_', '*': // a space as wide as the next character, or the next repeated
			i++
			digitsOnly = false
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				break scan
			}
			inner := strings.ToLower(code[i+1 : i+end])
			if strings.Trim(inner, "h") == "" || strings.Trim(inner, "m") == "" || strings.Trim(inner, "s") == "" {
				letters.WriteString("h") // elapsed time
			}
			i += end
		case '0':
			mask.WriteByte(0) // a place for a digit
		case '-', '/', ' ', '(', ')', ':':
			literal(string(c))
		default:
			digitsOnly = false
			letters.WriteByte(c | 0x20)
		}
	}
	form := asText
	found := letters.String()
	day, hour := strings.ContainsAny(found, "yd"), strings.ContainsAny(found, "hs")
	switch {
	case strings.Contains(found, "general") || strings.Contains(found, "standard"):
	case strings.ContainsAny(found, "#?e%"): // # | 0x20 is # itself
	case day && hour:
		form = asInstant
	case day, strings.Contains(found, "m") && !hour:
		form = asDay
	case hour:
		form = asClock
	}
	digits := ""
	if digitsOnly && form == asText && strings.Count(mask.String(), "\x00") > 1 {
		digits = mask.String()
	}
	return cellFormat{form: form, digits: digits}
}

// underMask writes digits from the right into the places of a mask; what is left over goes before the first place.
func underMask(mask, digits string) string {
	var out []byte
	first := strings.IndexByte(mask, 0)
	for i := len(mask) - 1; i >= 0; i-- {
		if mask[i] != 0 {
			out = append(out, mask[i])
			continue
		}
		digit := byte('0')
		if digits != "" {
			digit, digits = digits[len(digits)-1], digits[:len(digits)-1]
		}
		out = append(out, digit)
		for i == first && digits != "" {
			out = append(out, digits[len(digits)-1])
			digits = digits[:len(digits)-1]
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}
