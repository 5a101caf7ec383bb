package people

import (
	"net/http"
	"strconv"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

// maxPhotograph is the longest photograph that is taken, in bytes.
const maxPhotograph = roll.MaxAttachment

// Portrait is the page on which a photograph is put on a record.
type Portrait struct {
	Number, Name string
	Image        string // address of the photograph on the record; empty: none
	Form         page.Form
}

// portrays reports whether an official may put a photograph on a record.
func (d *pages) portrays(v *page.Visit, number string) (may bool) {
	d.Book.Read(func(s *custody.State) {
		where := s.WhereIs(number)
		may = s.May(v.Official.Name, custody.AdmitPeople, where...) == nil || s.May(v.Official.Name, custody.KeepPapers, where...) == nil
	})
	return may
}

func (d *pages) askForPhotograph(v *page.Visit) error {
	return d.portraitPage(v, http.StatusOK, page.Form{})
}

func (d *pages) portraitPage(v *page.Visit, status int, form page.Form) error {
	number, err := custody.ParsePrisonNumber(v.R.PathValue("number"))
	if err != nil {
		return custody.Unknown("person", v.R.PathValue("number"))
	}
	look, err := d.roll.Look(v.R.Context(), v.Command(), number, "")
	if err != nil {
		return err
	}
	if !d.portrays(v, number) {
		return v.May(custody.AdmitPeople, custody.WholeService)
	}
	p := Portrait{Number: number, Form: form}
	d.Book.Read(func(s *custody.State) {
		person := s.People.Get(number)
		p.Name = person.FullName()
		if person.Photograph != "" {
			p.Image = page.PhotographAddress(number, look.First)
		}
	})
	f := v.Frame("people", v.Say("page.portrait.title"), "")
	f.Trail = []page.Link{{Text: v.Say("page.nav.people"), Address: "/people"}, {Text: p.Name, Address: page.PersonAddress(number)}}
	return v.Show(status, portraitPage(f, p))
}

// photograph puts a photograph on a record.
func (d *pages) photograph(v *page.Visit) error {
	number, err := custody.ParsePrisonNumber(v.R.PathValue("number"))
	if err != nil {
		return custody.Unknown("person", v.R.PathValue("number"))
	}
	if !d.portrays(v, number) {
		return v.May(custody.AdmitPeople, custody.WholeService) // before a byte of it is read
	}
	file, err := v.ReadUpload("photograph", maxPhotograph)
	if err == nil {
		written, refused := d.roll.Photograph(v.R.Context(), v.Command(), number, file.Bytes)
		if err = refused; err == nil {
			return v.SeeOther(page.PersonAddress(number) + "?done=" + strconv.FormatInt(written.First, 10))
		}
	}
	form := v.Sent()
	if !form.Take(v.Speaker, err, map[string]string{"attachment-empty": "photograph", "attachment-too-large": "photograph", "attachment-type": "photograph", "photograph-unreadable": "photograph"}) {
		return err
	}
	return d.portraitPage(v, page.StatusOf(err), form)
}

// image sends the photograph on a record.
func (d *pages) image(v *page.Visit) error {
	number, err := custody.ParsePrisonNumber(v.R.PathValue("number"))
	if err != nil {
		return custody.Unknown("person", v.R.PathValue("number"))
	}
	look, err := strconv.ParseInt(v.R.URL.Query().Get("look"), 10, 64)
	if err != nil {
		look = -1 // none: one is recorded
	}
	a, err := d.roll.PhotographOf(v.R.Context(), v.Command(), number, look, v.Now)
	if err != nil {
		return err
	}
	v.W.Header().Set("Content-Type", a.Type)
	v.W.Header().Set("Content-Disposition", `inline; filename="`+a.Name()+`"`)
	_, _ = v.W.Write(a.Bytes) // the browser may be gone; there is nobody left to tell
	return nil
}
