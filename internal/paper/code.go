package paper

import (
	"errors"
	"fmt"
	"image"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/qr"
)

// The white border that a reader needs, in modules. Sources: ISO/IEC 18004 (QR), ISO/IEC 15417 (Code 128).
const (
	quietQR   = 4
	quietBars = 10
)

// narrowestBar is the narrowest module of Code 128, in millimetres, that a hand-held reader resolves on ordinary paper.
// Source: GS1 General Specifications, X-dimension of general distribution scanning, 0.25 mm.
const narrowestBar = 0.25

// MaxQR is how many bytes one QR code on paper holds here: more makes modules that a telephone does not read from a sheet
// that was folded and carried.
const MaxQR = 1000

// errNoCode says that a text cannot be drawn as a code.
var errNoCode = errors.New("cannot be drawn as a code")

// qrOf encodes a text. A short one is drawn with the correction that survives a torn corner, a long one with less.
func qrOf(text string) (barcode.Barcode, error) {
	level := qr.M
	if len(text) <= 60 {
		level = qr.Q
	}
	code, err := qr.Encode(text, level, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("draw %d bytes: %w: %w", len(text), errNoCode, err)
	}
	return code, nil
}

// split cuts a text into parts of at most MaxQR bytes, as even as can be, which one after another are the text again. No cut
// is beside white space, which those who pass a text on take away.
func split(text string) []string {
	n := (len(text) + MaxQR - 1) / MaxQR
	var parts []string
	for left := n; left > 1; left-- {
		at := len(text) / left
		for at > 1 && !cutsWell(text, at) {
			at--
		}
		parts, text = append(parts, text[:at]), text[at:]
	}
	return append(parts, text)
}

func cutsWell(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	after, _ := utf8.DecodeRuneInString(text[at:])
	return utf8.RuneStart(text[at]) && !unicode.IsSpace(before) && !unicode.IsSpace(after)
}

// drawQR draws a text as a QR code in a square, border included, from its upper left corner on.
func (p *press) drawQR(text string, x, y, side float64) {
	code, err := qrOf(text)
	if err != nil {
		p.fail(err)
		return
	}
	modules := code.Bounds().Dx()
	module := side / float64(modules+2*quietQR)
	p.drawModules(code, image.Rect(0, 0, modules, modules), x+quietQR*module, y+quietQR*module, module, module)
}

// drawBars draws a text as Code 128, border included, and reports whether it fits: bars too narrow to be read are not drawn.
func (p *press) drawBars(text string, x, y, width, height float64) bool {
	code, err := code128.Encode(text)
	if err != nil {
		return false
	}
	modules := code.Bounds().Dx()
	module := width / float64(modules+2*quietBars)
	if module < narrowestBar {
		return false
	}
	module = min(module, 2*narrowestBar)
	p.drawModules(code, image.Rect(0, 0, modules, 1), x+quietBars*module, y, module, height)
	return true
}

// drawModules fills the dark modules in one path, so that no hair of white shows between them.
func (p *press) drawModules(code barcode.Barcode, of image.Rectangle, x, y, width, height float64) {
	var path strings.Builder
	number := func(n float64) { path.WriteString(strconv.FormatFloat(n, 'f', 3, 64) + " ") }
	for row := of.Min.Y; row < of.Max.Y; row++ {
		for from := of.Min.X; from < of.Max.X; from++ {
			if !dark(code, from, row) {
				continue
			}
			to := from
			for to < of.Max.X && dark(code, to, row) {
				to++
			}
			number((x + float64(from)*width) * p.points)
			number((p.height - y - float64(row+1)*height) * p.points)
			number(float64(to-from) * width * p.points)
			number(height * p.points)
			path.WriteString("re\n")
			from = to
		}
	}
	p.pdf.RawWriteStr("q 0 g\n" + path.String() + "f Q\n")
}

func dark(code barcode.Barcode, x, y int) bool {
	gray, _, _, _ := code.At(x, y).RGBA()
	return gray == 0
}
