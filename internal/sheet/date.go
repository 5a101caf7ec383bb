package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// dateOrder counts, in one column, the dates that can only be read day first and only month first, and remembers those
// that can be both.
type dateOrder struct {
	dayFirst, monthFirst int
	either               []int // places in Table.Rows
}

// flagDateOrder asks about the dates of a column that seems to be written month first. Slashes are day first, and one
// 03/25/1990 may be a slip; but where such dates are as many as the clear ones, 03/04/1990 is not clear any more.
func (a *assembly) flagDateOrder() {
	for i, d := range a.dates {
		if d.monthFirst == 0 || d.monthFirst < d.dayFirst {
			continue
		}
		heading := a.table.Headings[a.header.cell[i]]
		for _, at := range d.either {
			row := &a.table.Rows[at]
			if row.cells[i].state != cellRead {
				continue // it has a finding already
			}
			row.cells[i].state = cellRefused
			row.note(DateOrderUnclear, heading, row.cells[i].text)
		}
	}
}

// clock is a time of day.
type clock struct {
	given                bool
	hour, minute, second int
	microsecond          int
	offset               *time.Location // as written, as in +02:00; nil if not
}

// readDay reads a cell of a Date or Time column.
func (a *assembly) readDay(column *wantedColumn, place int, d datum, c cell) (cell, *problem) {
	day, at, p := a.dayAndClock(column, place, d, c.text)
	if p != nil {
		return c, p
	}
	if p := column.inRange(day); p != nil {
		return c, p
	}
	if column.Kind == Date {
		if at.offset != nil || at.hour+at.minute+at.second+at.microsecond > 0 {
			return c, wrong(TimeNotExpected)
		}
		c.value = day.Unix()
		if d.form == asNumber {
			c.text = day.Format(time.DateOnly)
		}
		return c, nil
	}
	if !at.given {
		return c, wrong(TimeMissing)
	}
	instant, p := at.on(day, column.zone())
	if p != nil {
		return c, p
	}
	c.value = instant.UnixMicro()
	if d.form == asNumber {
		c.text = instant.Format(time.DateTime)
	}
	return c, nil
}

func (a *assembly) dayAndClock(column *wantedColumn, place int, d datum, text string) (time.Time, clock, *problem) {
	switch d.form {
	case asText:
		written, at, p := splitClock(text)
		if p != nil {
			return time.Time{}, at, p
		}
		day, p := a.readWrittenDay(column, place, written)
		return day, at, p
	case asDay, asInstant:
		day, at, ok := fromSerial(d.number)
		if !ok {
			return time.Time{}, at, wrong(DateUnclear)
		}
		at.given = d.form == asInstant || at.given
		return day, at, nil
	case asNumber:
		// A serial day whose cell lost its format. Below 1910 it may be a year, or anything.
		serial := d.number
		if d.from1904 {
			serial += days1904
		}
		if serial >= 3654 && serial < 109575 {
			if day, at, ok := fromSerial(serial); ok {
				return day, at, nil
			}
		}
		if d.number == math.Trunc(d.number) && d.number > 1e7 && d.number < 1e8 { // 19900305, typed as a number
			day, p := a.readWrittenDay(column, place, text)
			return day, clock{}, p
		}
	}
	return time.Time{}, clock{}, wrong(DateUnclear)
}

// days1904 is how far the serial days of a workbook that counts from 1904, as old Macintosh ones do, lie behind.
const days1904 = 1462

// fromSerial turns a spreadsheet's serial day, counted from 1900, into a day and a time of day to the second. Day 60 is
// refused: spreadsheets hold that 29 February 1900 existed.
func fromSerial(serial float64) (time.Time, clock, bool) {
	if serial < 1 || serial >= 2958466 || math.Floor(serial) == 60 {
		return time.Time{}, clock{}, false
	}
	days := math.Floor(serial)
	seconds := int(math.Round((serial - days) * 86400))
	if days < 60 {
		days++
	}
	day := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)+seconds/86400)
	seconds %= 86400
	return day, clock{given: seconds > 0, hour: seconds / 3600, minute: seconds / 60 % 60, second: seconds % 60}, true
}

// on is the instant when the clock of a zone shows a time on a day. It is refused when the zone skips that time or has it
// twice, as at the change to and from summer time.
func (c clock) on(day time.Time, zone *time.Location) (time.Time, *problem) {
	if c.offset != nil {
		zone = c.offset
	}
	y, m, d := day.Date()
	t := time.Date(y, m, d, c.hour, c.minute, c.second, c.microsecond*1000, zone)
	wall := func(t time.Time) int { return t.Hour()*3600 + t.Minute()*60 + t.Second() }
	if wall(t) != c.hour*3600+c.minute*60+c.second {
		return t, wrong(TimeUnclear)
	}
	for _, shift := range []time.Duration{-time.Hour, time.Hour} {
		if wall(t.Add(shift)) == wall(t) {
			return t, wrong(TimeUnclear)
		}
	}
	return t, nil
}

// clockPattern is a time of day at the end of a stamp, after T or a space.
var clockPattern = regexp.MustCompile(
	`(?i)(?:T|[\s,]+|\sa las\s+)(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?)?\s*(?:h|hs|hrs?|horas)?\.?\s*(a\.?\s?m\.?|p\.?\s?m\.?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$`)

// splitClock parts a written stamp into the day and the time of day, if there is one.
func splitClock(text string) (string, clock, *problem) {
	if len(text) > 100 {
		return "", clock{}, wrong(DateUnclear)
	}
	if !strings.ContainsAny(text, ":hHmM") {
		return text, clock{}, nil
	}
	at := clockPattern.FindStringSubmatchIndex(text)
	if at == nil {
		return text, clock{}, nil
	}
	group := func(i int) string {
		if at[2*i] < 0 {
			return ""
		}
		return text[at[2*i]:at[2*i+1]]
	}
	half := strings.ToLower(group(5))
	if group(2) == "" && half == "" { // "3 de marzo 90" and "05 h" are no times
		return text, clock{}, nil
	}
	c := clock{given: true}
	c.hour, _ = strconv.Atoi(group(1))
	c.minute, _ = strconv.Atoi("0" + group(2))
	c.second, _ = strconv.Atoi("0" + group(3))
	c.microsecond, _ = strconv.Atoi((group(4) + "000000")[:6])
	if half != "" {
		if c.hour < 1 || c.hour > 12 {
			return "", c, wrong(TimeUnclear)
		}
		c.hour %= 12
		if half[0] == 'p' {
			c.hour += 12
		}
	}
	if c.hour > 23 || c.minute > 59 || c.second > 59 {
		return "", c, wrong(TimeUnclear)
	}
	switch zone := strings.ToUpper(group(6)); {
	case zone == "Z" || zone == "UTC":
		c.offset = time.UTC
	case zone != "":
		digits := strings.ReplaceAll(zone[1:], ":", "")
		hours, _ := strconv.Atoi(digits[:2])
		minutes, _ := strconv.Atoi(digits[2:])
		if hours > 14 || minutes > 59 {
			return "", c, wrong(TimeUnclear)
		}
		seconds := hours*3600 + minutes*60
		if zone[0] == '-' {
			seconds = -seconds
		}
		c.offset = time.FixedZone("", seconds)
	}
	return strings.TrimRight(text[:at[0]], " ,"), c, nil
}

var (
	digitsDay  = regexp.MustCompile(`^(\d{1,4})\s*([/.-])\s*(\d{1,2})\s*([/.-])\s*(\d{1,4})$`)
	compactDay = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	dayMonth   = regexp.MustCompile(`^(\d{1,2})(?:°|\.?o|er|ro|st|nd|rd|th)?[\s/.,-]*(?:de\s+|of\s+)?([a-z]{3,10})[\s/.,-]*(?:de\s+|del\s+)?(\d{2}|\d{4})$`)
	monthDay   = regexp.MustCompile(`^([a-z]{3,10})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})$`)
	weekday    = regexp.MustCompile(`^(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\s*,?\s+`)
)

var months = map[string]int{
	"enero": 1, "ene": 1, "january": 1, "jan": 1, "febrero": 2, "feb": 2, "february": 2, "marzo": 3, "mar": 3, "march": 3,
	"abril": 4, "abr": 4, "april": 4, "apr": 4, "mayo": 5, "may": 5, "junio": 6, "jun": 6, "june": 6, "julio": 7, "jul": 7, "july": 7,
	"agosto": 8, "ago": 8, "august": 8, "aug": 8, "septiembre": 9, "setiembre": 9, "sep": 9, "sept": 9, "set": 9, "september": 9,
	"octubre": 10, "oct": 10, "october": 10, "noviembre": 11, "nov": 11, "november": 11, "diciembre": 12, "dic": 12, "december": 12, "dec": 12,
}

// readWrittenDay reads a day as people write it: 05/03/1990 and its like with points or dashes, always day first;
// 1990-03-05 and 19900305; 5 de marzo de 1990, 5-mar-1990, March 5, 1990.
func (a *assembly) readWrittenDay(column *wantedColumn, place int, text string) (time.Time, *problem) {
	if m := digitsDay.FindStringSubmatch(text); m != nil {
		switch {
		case m[2] != m[4]:
		case len(m[1]) == 4 && len(m[5]) <= 2:
			return column.day(m[1], number(m[3]), number(m[5]))
		case len(m[1]) <= 2 && (len(m[5]) == 4 || len(m[5]) == 2):
			a.countOrder(place, number(m[1]), number(m[3]))
			return column.day(m[5], number(m[3]), number(m[1]))
		}
		return time.Time{}, wrong(DateUnclear)
	}
	if m := compactDay.FindStringSubmatch(text); m != nil {
		return column.day(m[1], number(m[2]), number(m[3]))
	}
	text = lowerPlain(text)
	text = text[len(weekday.FindString(text)):]
	if m := dayMonth.FindStringSubmatch(text); m != nil {
		return column.day(m[3], months[m[2]], number(m[1]))
	}
	if m := monthDay.FindStringSubmatch(text); m != nil {
		return column.day(m[3], months[m[1]], number(m[2]))
	}
	return time.Time{}, wrong(DateUnclear)
}

func (a *assembly) countOrder(place, first, second int) {
	order := &a.dates[place]
	switch {
	case first > 12 && second <= 12:
		order.dayFirst++
	case first <= 12 && second > 12:
		order.monthFirst++
	case first != second:
		order.either = append(order.either, len(a.table.Rows))
	}
}

// day makes a day of a year of four or two digits, a month and a day, if there is one.
func (c *wantedColumn) day(year string, month, day int) (time.Time, *problem) {
	if len(year) == 4 {
		t, ok := calendarDay(number(year), month, day)
		if !ok {
			return t, wrong(DateUnclear)
		}
		return t, nil
	}
	var fits []time.Time
	exists := false
	for _, century := range []int{1800, 1900, 2000, 2100} {
		t, ok := calendarDay(century+number(year), month, day)
		exists = exists || ok
		if ok && c.inRange(t) == nil {
			fits = append(fits, t)
		}
	}
	switch {
	case !exists:
		return time.Time{}, wrong(DateUnclear)
	case len(fits) != 1:
		return time.Time{}, wrong(YearTwoDigits)
	}
	return fits[0], nil
}

func calendarDay(year, month, day int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day && int(t.Month()) == month
}

// Without bounds of its own, a column takes the days of these years.
const (
	firstYear = 1800
	lastYear  = 2199
)

// inRange refuses a day outside the column's bounds.
func (c *wantedColumn) inRange(day time.Time) *problem {
	earliest, latest := calendarStart(c.Earliest, firstYear, 1, 1), calendarStart(c.Latest, lastYear, 12, 31)
	if day.Before(earliest) || day.After(latest) {
		return wrong(DateOutOfRange, "earliest", earliest.Format(time.DateOnly), "latest", latest.Format(time.DateOnly))
	}
	return nil
}

func calendarStart(bound time.Time, year, month, day int) time.Time {
	if !bound.IsZero() {
		y, m, d := bound.Date()
		year, month, day = y, int(m), d
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// number reads digits that a pattern has already found to be few.
func number(digits string) int {
	n := 0
	for _, r := range digits {
		n = n*10 + int(r-'0')
	}
	return n
}
