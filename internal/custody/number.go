package custody

import (
	"fmt"
	"strconv"
	"strings"
)

// checkLetters are those of the Spanish national identity number: 23 is prime, so the
// letter catches every single wrong digit and every swap of two neighbours, and it
// leaves out I, Ñ, O and U, which are misread by hand.
const checkLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// firstNumber is the serial of the first person in a book; seven digits from the start,
// so that every prison number has the same width on wristbands and forms.
const firstNumber = 1000000

// PrisonNumber returns the prison number of the nth person (from 0) of a service: seven
// digits or more and a check letter, e.g. "1000042W".
func PrisonNumber(n int) string {
	serial := firstNumber + n
	return strconv.Itoa(serial) + string(checkLetters[serial%len(checkLetters)])
}

// ParsePrisonNumber reads a prison number as people write it (spaces, dots, hyphens,
// lower case) and returns its plain form. It refuses a wrong check letter, so that one
// mistyped digit never reaches another person's record.
func ParsePrisonNumber(s string) (string, error) {
	if len(s) > 40 {
		return "", InvalidInput("prison-number-malformed", "number", s[:40])
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '.':
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
	if len(clean) < 8 || len(clean) > 12 {
		return "", InvalidInput("prison-number-malformed", "number", s)
	}
	serial, err := strconv.Atoi(clean[:len(clean)-1])
	if err != nil || serial < firstNumber {
		return "", InvalidInput("prison-number-malformed", "number", s)
	}
	if want := checkLetters[serial%len(checkLetters)]; clean[len(clean)-1] != want {
		return "", InvalidInput("prison-number-check", "number", s)
	}
	return fmt.Sprintf("%d%c", serial, clean[len(clean)-1]), nil
}
