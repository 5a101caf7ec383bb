package paper

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // photographs come as JPEG or PNG

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/draw"
)

// Bounds of a photograph.
const (
	maxPhotograph   = 40_000_000 // pixels that are read
	photographLines = 480        // pixels high that are printed: 300 a inch
)

// ReadPhotograph reads a photograph for printing; an error says that it is none, or larger than 40 million pixels.
func ReadPhotograph(file []byte) (image.Image, error) {
	size, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("read a photograph: %w", err)
	}
	if size.Width <= 0 || size.Height <= 0 || size.Width > maxPhotograph/size.Height {
		return nil, fmt.Errorf("read a photograph: %d by %d pixels are too many", size.Width, size.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("read a photograph: %w", err)
	}
	return picture, nil
}

// frame prints a photograph as large as it fits into a frame; without one, the frame and why it is empty.
func (p *press) frame(picture image.Image, unreadable bool, x, y, width, height float64) {
	p.box(x, y, width, height)
	if picture == nil {
		why := p.say("paper.no-photograph")
		if unreadable {
			why = p.say("paper.photograph-unreadable")
		}
		for i, line := range p.wrap(why, regular, small, width-4, 3) {
			p.put(x+2, y+2+float64(i)*lineHeight(small), line, regular, small)
		}
		return
	}
	b := picture.Bounds()
	scale := min(width/float64(b.Dx()), height/float64(b.Dy()))
	lines := min(b.Dy(), photographLines)
	reduced := image.NewRGBA(image.Rect(0, 0, max(1, b.Dx()*lines/b.Dy()), lines))
	draw.ApproxBiLinear.Scale(reduced, reduced.Bounds(), picture, b, draw.Src, nil)
	var file bytes.Buffer
	if err := jpeg.Encode(&file, reduced, &jpeg.Options{Quality: 85}); err != nil {
		p.fail(err)
		return
	}
	p.pictures++
	name := fmt.Sprintf("photograph-%d", p.pictures)
	options := fpdf.ImageOptions{ImageType: "JPG"}
	p.pdf.RegisterImageOptionsReader(name, options, &file)
	w, h := float64(b.Dx())*scale, float64(b.Dy())*scale
	p.pdf.ImageOptions(name, x+(width-w)/2, y+(height-h)/2, w, h, false, options, 0, "")
}
