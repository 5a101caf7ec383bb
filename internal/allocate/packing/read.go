package packing

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/custody"
)

// MaxBytes is how large an instance in a file may be, and maxLine how long a line of it.
const (
	MaxBytes = 256 << 20
	maxLine  = 1 << 20
)

// ReadText reads an instance in the text format of the published classes: a line with the number of items and the
// capacity, then a line an item with its number from 1, its weight, and the later items that it conflicts with. Blank
// lines are passed over. Anything else is refused with the line where it stands.
func ReadText(r io.Reader) (Instance, error) {
	limited := &io.LimitedReader{R: r, N: MaxBytes + 1}
	lines := bufio.NewScanner(limited)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	p := &parser{}
	for lines.Scan() {
		p.line++
		numbers, err := p.numbers(lines.Text())
		if err == nil && len(numbers) > 0 {
			err = p.take(numbers)
		}
		if err != nil {
			return Instance{}, err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		p.line++
		return Instance{}, p.refuse("packing-line-too-long", "limit", strconv.Itoa(maxLine))
	} else if err != nil {
		return Instance{}, err
	}
	if limited.N == 0 {
		return Instance{}, custody.InvalidInput("problem-too-large", "what", "bytes", "limit", strconv.Itoa(MaxBytes))
	}
	if !p.begun {
		return Instance{}, p.refuse("packing-head")
	}
	if p.read < len(p.in.Weights) {
		return Instance{}, p.refuse("packing-items-missing", "read", strconv.Itoa(p.read), "items", strconv.Itoa(len(p.in.Weights)))
	}
	return p.in, p.in.Validate()
}

// parser is the file as far as it has been read.
type parser struct {
	in     Instance
	listed []bool
	line   int
	read   int
	begun  bool
}

func (p *parser) refuse(code string, params ...string) error {
	return custody.InvalidInput(code, append(params, "line", strconv.Itoa(p.line))...)
}

// take reads a line: the first is the head, each other an item.
func (p *parser) take(numbers []int) error {
	if !p.begun {
		if len(numbers) != 2 || numbers[0] < 1 || numbers[0] > MaxItems || numbers[1] < 1 || numbers[1] > MaxCapacity {
			return p.refuse("packing-head")
		}
		p.begun, p.in = true, Instance{Capacity: numbers[1], Weights: make([]int, numbers[0])}
		p.listed = make([]bool, numbers[0])
		return nil
	}
	i, n := numbers[0]-1, strconv.Itoa(numbers[0])
	switch {
	case len(numbers) < 2:
		return p.refuse("packing-weight-missing", "item", n)
	case i < 0 || i >= len(p.listed):
		return p.refuse("packing-item-unknown", "item", n, "items", strconv.Itoa(len(p.listed)))
	case p.listed[i]:
		return p.refuse("packing-item-twice", "item", n)
	case numbers[1] < 1 || numbers[1] > p.in.Capacity:
		return p.refuse("packing-weight", "item", n, "weight", strconv.Itoa(numbers[1]), "capacity", strconv.Itoa(p.in.Capacity))
	case len(p.in.Conflicts)+len(numbers) > MaxConflicts:
		return custody.InvalidInput("problem-too-large", "what", "conflicts", "limit", strconv.Itoa(MaxConflicts))
	}
	p.listed[i] = true
	p.read++
	p.in.Weights[i] = numbers[1]
	for _, other := range numbers[2:] {
		if other < 1 || other > len(p.listed) || other == i+1 {
			return p.refuse("packing-conflict", "item", n, "other", strconv.Itoa(other))
		}
		p.in.Conflicts = append(p.in.Conflicts, [2]int{i, other - 1})
	}
	return nil
}

// numbers are the whole numbers of a line.
func (p *parser) numbers(text string) (list []int, err error) {
	for field := range strings.FieldsSeq(text) {
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, p.refuse("packing-number", "found", shown(field))
		}
		list = append(list, n)
	}
	return list, nil
}

// shown cuts a text for a message.
func shown(text string) string {
	const limit = 40
	text = strings.ToValidUTF8(text, "?")
	count := 0
	for i := range text {
		if count++; count > limit {
			return text[:i] + "…"
		}
	}
	return text
}
