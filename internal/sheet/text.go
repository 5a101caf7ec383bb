package sheet

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// decode turns the bytes of a text file into text, and says how they were encoded. What is not valid UTF-8 and has no
// mark is Windows-1252, which is what Spanish Excel writes as "CSV".
func decode(data []byte) (text, encoding string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data, encoding = data[3:], "utf-8-bom"
		if !utf8.Valid(data) {
			data = bytes.ToValidUTF8(data, []byte("\uFFFD")) // each is then a finding of its cell
		}
		text = string(data)
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		encoding, text = "utf-16le", decode16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		encoding, text = "utf-16be", decode16(data[2:], binary.BigEndian)
	case utf8.Valid(data):
		encoding, text = "utf-8", string(data)
	case bytes.IndexByte(data, 0) >= 0:
		encoding = "binary"
	default:
		var b strings.Builder
		b.Grow(len(data) + len(data)/16)
		for _, c := range data {
			b.WriteRune(charmap.Windows1252.DecodeByte(c))
		}
		encoding, text = "windows-1252", b.String()
	}
	if encoding == "binary" || strings.IndexByte(text, 0) >= 0 || mostlyControl(text) {
		return "", "", refuse(NotATable, "found", "binary data")
	}
	return text, encoding, nil
}

func decode16(data []byte, order binary.ByteOrder) string {
	var b strings.Builder
	b.Grow(len(data))
	for len(data) >= 2 {
		r := rune(order.Uint16(data))
		data = data[2:]
		if utf16.IsSurrogate(r) {
			r2 := rune(utf8.RuneError)
			if len(data) >= 2 {
				r2 = utf16.DecodeRune(r, rune(order.Uint16(data)))
			}
			if r2 != utf8.RuneError {
				data = data[2:]
			}
			r = r2
		}
		b.WriteRune(r)
	}
	if len(data) == 1 {
		b.WriteRune(utf8.RuneError)
	}
	return b.String()
}

// mostlyControl reports whether the beginning of a text holds so many control characters that it is none.
func mostlyControl(text string) bool {
	control, all := 0, 0
	for _, r := range text[:min(len(text), 64<<10)] {
		if all++; r < ' ' && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 {
			control++
		}
	}
	return control > 4 && control*20 > all
}

// clean takes the spaces around a text away, and makes each no-break space within it an ordinary one.
func clean(text string) string {
	text = strings.TrimFunc(text, isSpace)
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r != '\u0085' && r >= utf8.RuneSelf && unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, text)
}

func isASCII(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isBlank(text string) bool {
	return text == "" || strings.TrimLeftFunc(text, isSpace) == ""
}

// isSpace includes the zero-width no-break space, which programs leave at the start of a file, and excludes the control
// characters that Unicode counts as spaces but nobody writes.
func isSpace(r rune) bool {
	switch r {
	case '\v', '\f', '\u0085':
		return false
	case '\ufeff':
		return true
	}
	return unicode.IsSpace(r)
}

// lowerPlain lowers capitals and takes accents away, leaving punctuation as it is.
func lowerPlain(text string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// garbled reports whether text was read in a wrong encoding at some time before: "JosÃ©", whose letters as Windows-1252
// are the UTF-8 of others, or "Mar¡a" and "P‚rez", which came from a DOS code page.
func garbled(text string) bool {
	if isASCII(text) {
		return false
	}
	encoded := make([]byte, 0, len(text))
	representable := true
	var before, here rune
	for _, r := range text + " " {
		if strings.ContainsRune("¡¢£¤¥‚", here) && unicode.IsLetter(before) && (unicode.IsLetter(r) || r == ' ') {
			return true
		}
		before, here = here, r
		if b, ok := charmap.Windows1252.EncodeRune(r); ok && representable {
			encoded = append(encoded, b)
		} else {
			representable = false
		}
	}
	return representable && utf8.Valid(encoded)
}
