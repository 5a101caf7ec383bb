package habeastest

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	multiqr "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/oned"
)

// PDFText is what a PDF says, page by page, as Debian's pdftotext reads it.
func PDFText(t testing.TB, file []byte) []string {
	t.Helper()
	text := poppler(t, file, "pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	return pages
}

// PDFPage is one page of a PDF (from 1) as a printer of 200 dots an inch makes it.
func PDFPage(t testing.TB, file []byte, page int) image.Image {
	t.Helper()
	number := strconv.Itoa(page)
	to := filepath.Join(t.TempDir(), "page")
	poppler(t, file, "pdftoppm", "-r", "200", "-gray", "-png", "-f", number, "-l", number, "-singlefile", "-", to)
	picture, err := os.ReadFile(to + ".png")
	if err != nil {
		t.Fatalf("the picture of page %d: %v", page, err)
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatalf("the picture of page %d: %v", page, err)
	}
	return img
}

func poppler(t testing.TB, file []byte, program string, args ...string) string {
	t.Helper()
	var said, complained bytes.Buffer
	c := exec.CommandContext(t.Context(), program, args...)
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(file), &said, &complained
	if err := c.Run(); err != nil {
		t.Fatalf("%s (from Debian's poppler-utils; scripts/need.sh %s installs it): %v: %s", program, program, err, complained.String())
	}
	if complained.Len() > 0 {
		t.Errorf("%s complains of the file: %s", program, complained.String())
	}
	return said.String()
}

// QRCodes are the texts of the QR codes on a page: those above and left of others first.
func QRCodes(t testing.TB, page image.Image) []string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(page)
	if err != nil {
		t.Fatal(err)
	}
	found, err := multiqr.NewQRCodeMultiReader().DecodeMultiple(bitmap, map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_TRY_HARDER: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"})
	if err != nil {
		t.Fatalf("no QR code is found: %v", err)
	}
	const row = 100 // dots: codes in one row are not drawn higher or lower than that
	slices.SortFunc(found, func(a, b *gozxing.Result) int {
		p, q := a.GetResultPoints()[1], b.GetResultPoints()[1]
		if dy := p.GetY() - q.GetY(); dy > row || dy < -row {
			return int(dy)
		}
		return int(p.GetX() - q.GetX())
	})
	texts := make([]string, len(found))
	for i, f := range found {
		texts[i] = f.GetText()
	}
	return texts
}

// Bars is the text of the Code 128 on a page.
func Bars(t testing.TB, page image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(page)
	if err != nil {
		t.Fatal(err)
	}
	found, err := oned.NewCode128Reader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
	if err != nil {
		t.Fatalf("no bars are found: %v", err)
	}
	return found.GetText()
}
