package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// The workbook is read here, and not by excelize, which writes big sheets to temporary files, takes a sheet that is cut off
// in the middle for one that ends there, and does not say which cells are dates.

// workbook is an XLSX file (ECMA-376, part 1, SpreadsheetML).
type workbook struct {
	limits  Limits
	parts   map[string]*zip.File // by lower-case name
	budget  int64                // bytes that may still be unpacked
	markup  int                  // elements that were read
	sheets  []sheetPart
	strings []string
	cut     map[int]bool // shared strings that were too long
	formats []cellFormat // by style number
	date904 bool
}

type sheetPart struct {
	name   string
	part   string
	hidden bool
}

// mostParts is more than any workbook of an office has; the directory of a crafted one could fill the memory.
const mostParts = 10_000

// openXLSX opens a workbook and picks the sheet with the table.
func openXLSX(t *Table, data []byte, wants *wanted, limits Limits) (source, error) {
	if bytes.Count(data, []byte("PK\x01\x02")) > mostParts {
		return nil, damaged("its directory")
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged("its directory")
	}
	w := &workbook{limits: limits, parts: map[string]*zip.File{}, budget: limits.Unpacked, cut: map[int]bool{}}
	for _, f := range archive.File {
		w.parts[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	switch {
	case w.parts["xl/workbook.bin"] != nil:
		return nil, refuse(BinaryWorkbook)
	case w.parts["content.xml"] != nil && w.parts["mimetype"] != nil:
		return nil, refuse(OpenDocument)
	case w.parts["word/document.xml"] != nil:
		return nil, refuse(NotATable, "found", "a text document")
	case w.parts["[content_types].xml"] == nil:
		return nil, refuse(NotATable, "found", "a compressed archive")
	}
	if err := w.readStructure(); err != nil {
		return nil, err
	}
	t.Format = "xlsx"
	chosen, err := w.chooseSheet(t, wants)
	if err != nil {
		return nil, err
	}
	return w.rows(chosen), nil
}

func damaged(part string) *Refusal {
	return refuse(WorkbookDamaged, "part", shown(part, valueShownRunes))
}

// readStructure reads what the sheets refer to: their names, the shared strings and the formats of cells.
func (w *workbook) readStructure() error {
	main, err := w.target("_rels/.rels", "", "/officeDocument")
	if err != nil {
		return err
	}
	if main == "" {
		main = "xl/workbook.xml"
	}
	dir, file := path.Split(main)
	rels := dir + "_rels/" + file + ".rels"
	if err := w.readSheetNames(main, rels, dir); err != nil {
		return err
	}
	for _, part := range []struct {
		kind string
		read func(string) error
	}{{"/sharedStrings", w.readSharedStrings}, {"/styles", w.readStyles}} {
		name, err := w.target(rels, dir, part.kind)
		if err != nil {
			return err
		}
		if name != "" && w.parts[name] != nil {
			if err := part.read(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// target finds the first related part whose relation's type ends in kind; "" if there is none.
func (w *workbook) target(rels, dir, kind string) (string, error) {
	found := ""
	err := w.relations(rels, dir, func(_, relation, target string) {
		if found == "" && strings.HasSuffix(relation, kind) {
			found = target
		}
	})
	return found, err
}

func (w *workbook) relations(rels, dir string, each func(id, kind, target string)) error {
	if w.parts[strings.ToLower(rels)] == nil {
		return nil
	}
	return w.walk(rels, func(token xml.Token) error {
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "Relationship" {
			target := attribute(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = "/" + dir + target
			}
			each(attribute(e, "Id"), attribute(e, "Type"), strings.ToLower(strings.TrimPrefix(path.Clean(target), "/")))
		}
		return nil
	})
}

// mostSheets is how many sheets are looked at for the table.
const mostSheets = 255

func (w *workbook) readSheetNames(main, rels, dir string) error {
	parts := map[string]string{}
	err := w.relations(rels, dir, func(id, kind, target string) {
		if strings.HasSuffix(kind, "/worksheet") && len(parts) < mostSheets {
			parts[id] = target
		}
	})
	if err != nil {
		return err
	}
	err = w.walk(main, func(token xml.Token) error {
		e, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "workbookPr":
			v := attribute(e, "date1904")
			w.date904 = v == "1" || v == "true"
		case e.Name.Local == "sheet":
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" { // r:id, whatever the prefix
					id = a.Value
				}
			}
			if part := parts[id]; part != "" && len(w.sheets) < mostSheets {
				state := attribute(e, "state")
				w.sheets = append(w.sheets, sheetPart{shown(attribute(e, "name"), valueShownRunes), part, state == "hidden" || state == "veryHidden"})
			}
		}
		return nil
	})
	if err == nil && len(w.sheets) == 0 {
		return damaged(main)
	}
	return err
}

// chooseSheet picks the sheet whose header names the most columns, the visible ones first. If two visible ones hold such
// a table, people could be lost with the second, so neither is taken.
func (w *workbook) chooseSheet(t *Table, wants *wanted) (sheetPart, error) {
	best, bestKnown := 0, -1
	var tables []string
	var failed error
	for i, s := range w.sheets {
		first, err := w.firstRows(s)
		if err != nil {
			if r := (*Refusal)(nil); errors.As(err, &r) && r.Code == UnpackedTooLarge {
				return s, err
			}
			failed = err
			continue
		}
		h, ok := wants.findHeader(first[:min(len(first), headerWithin)])
		if !ok {
			h.known = 0
		}
		better := h.known > bestKnown
		if bestKnown > 0 && h.known > 0 && s.hidden != w.sheets[best].hidden {
			better = !s.hidden
		}
		if better {
			best, bestKnown = i, h.known
		}
		if ok && !s.hidden && len(wants.missing(h)) == 0 && slices.ContainsFunc(first[h.place+1:], record.given) {
			tables = append(tables, s.name)
		}
	}
	if bestKnown <= 0 && failed != nil {
		return sheetPart{}, failed
	}
	if len(tables) > 1 {
		return sheetPart{}, refuse(SeveralTables, "sheets", shown(strings.Join(tables, ", "), headingsShownRunes))
	}
	for i, s := range w.sheets {
		if i != best {
			t.OtherSheets = append(t.OtherSheets, s.name)
		}
	}
	t.Sheet = w.sheets[best].name
	return w.sheets[best], nil
}

// firstRows reads as many rows of a sheet as a header and a row below it may need.
func (w *workbook) firstRows(s sheetPart) ([]record, error) {
	var first []record
	for r, err := range w.rows(s) {
		if err != nil {
			return nil, err
		}
		first = append(first, record{r.line, slices.Clone(r.cells), false})
		if len(first) == headerWithin+10 {
			break
		}
	}
	return first, nil
}

// deepest is how far elements may be nested; a sheet needs six levels.
const deepest = 64

// elementsPerCell is how many elements a cell may have on average: four if it is an inline string, and as many for the
// coloured blank cells around the table.
const elementsPerCell = 8

// walk unpacks a part and hands its tokens to visit, until visit returns an error. It refuses what is not well formed at
// its outline: a part that ends in the middle above all.
func (w *workbook) walk(name string, visit func(xml.Token) error) error {
	part := w.parts[strings.ToLower(name)]
	if part == nil {
		return damaged(name)
	}
	unpacked, err := part.Open()
	if err != nil {
		return damaged(name)
	}
	defer func() { _ = unpacked.Close() }() // it is only read
	guard := &guardedReader{from: unpacked, w: w}
	decoder := xml.NewDecoder(guard)
	depth, begun := 0, false
	for {
		token, err := decoder.RawToken()
		switch {
		case guard.refused != nil:
			return guard.refused
		case errors.Is(err, io.EOF) && depth == 0 && begun:
			return nil
		case err != nil:
			return damaged(name)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
			begun = true
			w.markup++
		case xml.EndElement:
			depth--
		}
		if depth < 0 || depth > deepest {
			return damaged(name)
		}
		if w.markup > elementsPerCell*(w.limits.Cells+w.limits.Rows) {
			return refuse(TableTooLarge, "limit", strconv.Itoa(w.limits.Cells))
		}
		if err := visit(token); err != nil {
			return err
		}
	}
}

// longestMarkup bounds a tag, a comment or the text between two tags, in bytes: the decoder holds one of them in memory.
// Excel allows 32,767 characters a cell.
const longestMarkup = 1 << 20

// guardedReader counts what is unpacked against the budget, and refuses markup that is endless.
type guardedReader struct {
	from    io.Reader
	w       *workbook
	run     int    // bytes since the last '<' that begins something
	special string // the end of the comment, CDATA section or instruction that is being read
	tail    [3]byte
	refused error
}

func (g *guardedReader) Read(p []byte) (int, error) {
	if g.refused != nil {
		return 0, g.refused
	}
	n, err := g.from.Read(p[:min(len(p), 32<<10)])
	g.w.budget -= int64(n)
	if g.w.budget < 0 {
		g.refused = refuse(UnpackedTooLarge, "limit", strconv.FormatInt(g.w.limits.Unpacked, 10))
		return 0, g.refused
	}
	g.scan(p[:n])
	if g.run > longestMarkup {
		g.refused = damaged("markup without end")
	}
	if g.refused != nil {
		return 0, g.refused
	}
	return n, err
}

// scan follows where markup begins. It need not understand it, only never take the inside of a comment, a CDATA
// section or an instruction for a beginning.
func (g *guardedReader) scan(p []byte) {
	for len(p) > 0 {
		if g.special == "" && g.tail[2] != '<' && g.tail[1] != '<' {
			at := bytes.IndexByte(p, '<')
			if at < 0 {
				g.run += len(p)
				return
			}
			g.run = 0
			g.tail = [3]byte{0, 0, '<'}
			p = p[at+1:]
			continue
		}
		c := p[0]
		p = p[1:]
		g.run++
		g.tail = [3]byte{g.tail[1], g.tail[2], c}
		switch {
		case g.special != "":
			switch {
			case g.special == "--":
				g.special, g.tail = "-->", [3]byte{}
			case strings.HasSuffix(string(g.tail[:]), g.special):
				g.special, g.tail = "", [3]byte{}
			}
		case g.tail[1] == '<' && c == '?':
			g.special, g.tail = "?>", [3]byte{}
		case g.tail[1] == '<' && c != '!':
			g.tail = [3]byte{}
			if c == '<' {
				g.tail[2] = '<'
			}
		case g.tail[0] == '<':
			switch c {
			case '-':
				g.special = "--" // the second dash of the beginning, which is none of the end
			case '[':
				g.special = "]]>"
			default: // <!DOCTYPE and its like, which no workbook has
				g.refused = damaged("a document type")
			}
			g.tail = [3]byte{}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
