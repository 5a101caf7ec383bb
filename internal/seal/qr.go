package seal

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"unicode/utf8"

	"github.com/boombuler/barcode/qr"
)

// ErrTooLargeForQR says that a text is longer than any QR code holds: 2,953 bytes (ISO/IEC 18004, version 40-L).
var ErrTooLargeForQR = errors.New("too large for a QR code")

const (
	quietZone   = 4 // modules left white on each side, as ISO/IEC 18004 asks; the encoder leaves none
	modulePixel = 4 // pixels a module: the largest code is then 740 pixels wide
)

// QR draws a text, such as a receipt's, as a QR code, in PNG. The code holds the text as it is, so that any telephone that
// reads codes shows it and can pass it on. It is drawn with the strongest error correction that fits, M or else L. The
// error is ErrTooLargeForQR, or ErrMalformed for a text that is not UTF-8.
func QR(text []byte) ([]byte, error) {
	if !utf8.Valid(text) || len(text) == 0 {
		return nil, fmt.Errorf("drawing a code: %w: it is not text", ErrMalformed)
	}
	code, err := qr.Encode(string(text), qr.M, qr.Unicode)
	if err != nil {
		code, err = qr.Encode(string(text), qr.L, qr.Unicode)
	}
	if err != nil {
		return nil, fmt.Errorf("drawing a code of %d bytes: %w", len(text), ErrTooLargeForQR)
	}

	modules := code.Bounds().Dx()
	side := (modules + 2*quietZone) * modulePixel
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range modules {
		for x := range modules {
			if gray, _, _, _ := code.At(x, y).RGBA(); gray != 0 {
				continue
			}
			for dy := range modulePixel {
				row := ((y+quietZone)*modulePixel + dy) * picture.Stride
				for dx := range modulePixel {
					picture.Pix[row+(x+quietZone)*modulePixel+dx] = 1
				}
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("drawing a code: %w", err)
	}
	return out.Bytes(), nil
}
