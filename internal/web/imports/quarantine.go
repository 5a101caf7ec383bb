package imports

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// maxRow is how long the form of one row may be, in bytes: 200 cells, most of them short.
const maxRow = 1 << 20

// Quarantine is the page of the files of which rows wait, and of the rows of one of them.
type Quarantine struct {
	Files []File
	One   *File // whose rows are shown; nil: all files are
	Rows  []roll.QuarantinedRow
	Pages page.Pages
	Done  string // what was just done with a row: "mended", "dropped" or nothing
}

// File is a file of which rows wait, with the names of whoever and wherever.
type File struct {
	roll.QuarantinedFile
	ByName string // empty: the console
	Place  page.Place
}

// address is where the rows of a file are.
func (f File) address() string {
	return "/settings/quarantine?" + url.Values{"file": {f.File}, "kind": {string(f.Kind)}, "kept": {strconv.FormatInt(f.Kept.UnixMicro(), 10)}}.Encode()
}

func rowAddress(id string) string { return "/settings/quarantine/" + url.PathEscape(id) }

func (p *pages) files(v *page.Visit) error {
	desk := p.roll.SeenBy(v.Official.Name)
	found, err := desk.WaitingFiles(v.R.Context())
	if err != nil {
		return err
	}
	query := v.R.URL.Query()
	q := Quarantine{}
	if done := query.Get("done"); done == "mended" || done == "dropped" {
		q.Done = done
	}
	p.Book.Read(func(s *custody.State) {
		for _, f := range found {
			one := File{QuarantinedFile: f}
			if f.By != "" {
				one.ByName = page.OfficialIn(s, f.By)
			}
			if f.Into != "" {
				one.Place = page.PlaceIn(s, f.Into)
			}
			q.Files = append(q.Files, one)
		}
	})
	kept, err := strconv.ParseInt(query.Get("kept"), 10, 64)
	if err == nil {
		err = p.rowsOf(v, desk, &q, time.UnixMicro(kept).UTC())
	} else {
		err = nil // every file
	}
	if err != nil {
		return err
	}
	f := v.Frame("quarantine", v.Say("page.imports.quarantine"), "")
	if q.One != nil {
		f.Trail = []page.Link{{Text: v.Say("page.imports.quarantine"), Address: "/settings/quarantine"}}
		f.Title = q.One.File
	}
	return v.Show(http.StatusOK, quarantinePage(f, q))
}

// rowsOf reads a page of the rows of the file that is asked for; when none of it waits any more, all files are shown.
func (p *pages) rowsOf(v *page.Visit, desk *roll.Desk, q *Quarantine, kept time.Time) (err error) {
	query := v.R.URL.Query()
	i := slices.IndexFunc(q.Files, func(f File) bool {
		return f.Kept.Equal(kept) && f.File == query.Get("file") && string(f.Kind) == query.Get("kind")
	})
	if i < 0 {
		return nil
	}
	q.One = &q.Files[i]
	q.Pages = page.Paged("/settings/quarantine", query, q.One.Rows, page.PageSize)
	q.Rows, err = desk.WaitingRows(v.R.Context(), v.Command(), q.One.QuarantinedFile, (q.Pages.Page-1)*q.Pages.Size, q.Pages.Size)
	return err
}

// Mending is the page on which a row is mended, cell by cell, or dropped.
type Mending struct {
	File
	Row  roll.QuarantinedRow
	Form page.Form // of the cells
	Drop page.Form
}

// Heading is the heading of a cell; beyond the last there is none.
func (m Mending) Heading(i int) string {
	if i < len(m.Row.Headings) {
		return m.Row.Headings[i]
	}
	return ""
}

// Cells is how many cells the row has, or ought to have.
func (m Mending) Cells() int { return max(len(m.Row.Cells), len(m.Row.Headings)) }

// Cell is what stands in a cell.
func (m Mending) Cell(i int) string {
	if i < len(m.Row.Cells) {
		return m.Row.Cells[i]
	}
	return ""
}

// loose are the findings that no cell of the row bears.
func (m Mending) loose() (list []roll.ImportFinding) {
	for _, f := range m.Row.Findings {
		if f.Column == "" || !slices.Contains(m.Row.Headings, f.Column) {
			list = append(list, f)
		}
	}
	return list
}

func cellName(i int) string { return "cell-" + strconv.Itoa(i) }

func (p *pages) row(v *page.Visit) error {
	row, err := p.roll.SeenBy(v.Official.Name).WaitingRow(v.R.Context(), v.Command(), v.R.PathValue("id"))
	if err != nil {
		return err
	}
	return p.mendPage(v, http.StatusOK, Mending{Row: row})
}

// mendPage shows a row with what is wrong beside each of its cells.
func (p *pages) mendPage(v *page.Visit, status int, m Mending) error {
	m.File = File{QuarantinedFile: roll.QuarantinedFile{File: m.Row.File, Kind: m.Row.Kind, Kept: m.Row.Kept, Into: m.Row.Into, By: m.Row.By}}
	p.Book.Read(func(s *custody.State) {
		if m.Row.By != "" {
			m.File.ByName = page.OfficialIn(s, m.Row.By)
		}
		if m.Row.Into != "" {
			m.File.Place = page.PlaceIn(s, m.Row.Into)
		}
	})
	for i := range m.Cells() {
		for _, f := range m.Row.Findings {
			if f.Column != "" && f.Column == m.Heading(i) {
				m.Form.Mend(cellName(i), f.Column+": "+sayFinding(v.Speaker, f))
			}
		}
	}
	for _, f := range m.loose() {
		m.Form.Mend("", sayFinding(v.Speaker, f))
	}
	f := v.Frame("quarantine", v.Say("page.imports.row", "line", m.Row.Line), "")
	f.Trail = []page.Link{{Text: v.Say("page.imports.quarantine"), Address: "/settings/quarantine"}, {Text: m.Row.File, Address: m.File.address()}}
	return v.Show(status, mendPage(f, m))
}

// mend tries a row again with its cells as they were typed.
func (p *pages) mend(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id, desk := v.R.PathValue("id"), p.roll.SeenBy(v.Official.Name)
	row, err := desk.WaitingRow(v.R.Context(), v.Command(), id)
	if err != nil {
		return err
	}
	cells := make([]string, Mending{Row: row}.Cells())
	for i := range cells {
		cells[i] = v.Typed(cellName(i))
	}
	done, err := desk.Mend(v.R.Context(), v.Command(), id, cells, v.Now)
	if err != nil {
		m := Mending{Row: row}
		m.Row.Cells, m.Row.Findings = cells, nil
		if !m.Form.Take(v.Speaker, err, nil) {
			return err
		}
		return p.mendPage(v, page.StatusOf(err), m)
	}
	if done.Taken() {
		return v.SeeOther(back(row, "mended"))
	}
	return p.mendPage(v, http.StatusUnprocessableEntity, Mending{Row: done.Row})
}

// back leads to the rest of the file that a row came in, and says what was done with the row.
func back(row roll.QuarantinedRow, done string) string {
	return File{QuarantinedFile: roll.QuarantinedFile{File: row.File, Kind: row.Kind, Kept: row.Kept}}.address() + "&done=" + done
}

// drop takes a row out of the quarantine for a reason.
func (p *pages) drop(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id, desk := v.R.PathValue("id"), p.roll.SeenBy(v.Official.Name)
	row, err := desk.WaitingRow(v.R.Context(), v.Command(), id)
	if err != nil {
		return err
	}
	_, err = desk.Drop(v.R.Context(), v.Command(), id, v.Typed("reason"))
	if err == nil {
		return v.SeeOther(back(row, "dropped"))
	}
	m := Mending{Row: row, Drop: v.Sent().Within("drop")}
	if !m.Drop.Take(v.Speaker, err, map[string]string{"reason-missing": "reason"}) {
		return err
	}
	return p.mendPage(v, page.StatusOf(err), m)
}
