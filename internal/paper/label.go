package paper

// Band is the label of a wristband.
type Band struct {
	Number, Name  string
	Birth         string // YYYY-MM-DD
	Establishment string
}

// Wristbands are printed on bands of 25 by 279 mm, as thermal printers hold them: what is printed is beside the clasp.
const (
	bandHeight = 25.0
	bandWidth  = 279.0
)

// PrintWristbands prints a band a page: the number to read, and as bars and code to scan.
func PrintWristbands(s Setting, bands []Band) ([]byte, error) {
	p := newSheets(s, s.Voice.Say("paper.wristbands", nil), bandWidth, bandHeight)
	for _, b := range bands {
		p.page()
		p.drawQR(b.Number, 28, 1, 23)
		p.put(53, 2, b.Number, bold, 19)
		y := 10.5
		for _, line := range p.wrap(b.Name, bold, normal, 72, 2) {
			p.put(53, y, line, bold, normal)
			y += lineHeight(normal)
		}
		birth := ""
		if b.Birth != "" {
			birth = p.say("paper.born") + " " + p.day(b.Birth)
		}
		for _, line := range p.wrap(birth+"  "+b.Establishment, regular, small, 72, 1) {
			p.put(53, y, line, regular, small)
		}
		p.drawBars(b.Number, 128, 3, 70, 15)
		p.put(133, 19, b.Number, regular, small)
	}
	return p.done()
}

// DoorLabel is the label of a door.
type DoorLabel struct {
	Place
	Under         string
	Establishment string
}

// The labels of a sheet: two across, four down, as sheets of labels are sold (99 by 67.7 mm on A4).
const (
	labelsAcross = 2
	labelsDown   = 4
)

// PrintDoorLabels prints labels for doors, eight a sheet.
func PrintDoorLabels(s Setting, doors []DoorLabel) ([]byte, error) {
	p := newSheets(s, s.Voice.Say("paper.door-labels", nil), 210, 297)
	if s.Size == Letter {
		p = newSheets(s, p.title, 215.9, 279.4)
	}
	const gap = 3.0
	width, height := (p.width-2*edge/2-gap)/labelsAcross, (p.height-2*edge)/labelsDown
	for i, d := range doors {
		at := i % (labelsAcross * labelsDown)
		if at == 0 {
			p.page()
		}
		x, y := edge/2+float64(at%labelsAcross)*(width+gap), edge+float64(at/labelsAcross)*height
		d.print(p, x, y, width, height-2)
	}
	return p.done()
}

func (d DoorLabel) print(p *press, x, y, width, height float64) {
	const side = 36.0
	p.box(x, y, width, height)
	for size := 26.0; ; size-- {
		if p.measure(d.Code, bold, size) <= width-8 || size <= small {
			lines := p.wrap(d.Code, bold, size, width-8, 2)
			for i, line := range lines {
				p.put(x+4, y+3+float64(i)*lineHeight(size), line, bold, size)
			}
			break
		}
	}
	for i, line := range p.wrap(d.Name, regular, normal+2, width-8, 2) {
		p.put(x+4, y+15+float64(i)*lineHeight(normal+2), line, regular, normal+2)
	}
	p.drawQR(d.Code, x+width-side-2, y+height-side-2, side)
	left := width - side - 6
	for i, line := range p.wrap(d.Under, regular, small, left-4, 2) {
		p.put(x+4, y+27+float64(i)*lineHeight(small), line, regular, small)
	}
	if !p.drawBars(d.Code, x+2, y+height-20, left, 14) {
		for i, line := range p.wrap(p.say("paper.bars-too-long"), regular, small-1, left-4, 2) {
			p.put(x+4, y+height-10+float64(i)*lineHeight(small-1), line, regular, small-1)
		}
	}
	for _, line := range p.wrap(d.Establishment, regular, small-1, left-4, 1) {
		p.put(x+4, y+height-4.5, line, regular, small-1)
	}
}
