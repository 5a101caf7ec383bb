// Package glass is the page on which an official takes an office or places beyond their own for a while, because something cannot
// wait: with a reason, and out loud.
package glass

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

type pages struct{ *page.Door }

// Add adds the pages of broken glass to the door. What stands broken everybody may see.
func Add(d *page.Door) {
	p := &pages{d}
	d.SignedIn("GET "+page.GlassAddress, p.show)
	d.Permitted(custody.BreakGlass, "POST "+page.GlassAddress, p.takeIt)
	d.Permitted(custody.BreakGlass, "POST "+page.GlassAddress+"/{id}/mending", p.mend)
}

// Glass is the page: what stands broken, and what this official can take.
type Glass struct {
	Broken []Broken
	May    bool         // they can break any
	Roles  []string     // offices that they can take
	Places []page.Place // establishments in which they do not serve
	All    bool         // they serve everywhere already
	Next   string       // the page that they wanted; empty: none
	Done   string
	Form   page.Form
}

// Broken is glass that stands broken.
type Broken struct {
	custody.Glass
	Name   string // of whoever broke it
	Places []page.Place
	Own    bool
}

func (p *pages) show(v *page.Visit) error {
	return p.glass(v, http.StatusOK, v.R.URL.Query().Get("next"), page.Form{})
}

func (p *pages) glass(v *page.Visit, status int, next string, form page.Form) error {
	g := Glass{May: v.May(custody.BreakGlass) == nil, All: len(v.Official.Posts()) == 0, Done: v.R.URL.Query().Get("done"), Form: form}
	if next != "" {
		g.Next = page.LocalAddress(next)
	}
	for _, role := range custody.GlassRoles() {
		if !v.Official.Has(role) {
			g.Roles = append(g.Roles, string(role))
		}
	}
	broken := p.Access.Glass("")
	p.Book.Read(func(s *custody.State) {
		for _, one := range broken {
			b := Broken{Glass: *one, Name: page.OfficialIn(s, one.Official), Own: one.Official == v.Official.Name}
			for _, code := range one.Places {
				b.Places = append(b.Places, page.PlaceIn(s, code))
			}
			g.Broken = append(g.Broken, b)
		}
		for _, e := range page.EstablishmentsIn(s) {
			if !slices.Contains(v.Official.Posts(), e.Code) {
				g.Places = append(g.Places, e)
			}
		}
	})
	return v.Show(status, glassPage(v.Frame("", v.Say("page.glass.title"), ""), g))
}

// errNoHours says that the time for which something is taken is none of those offered.
var errNoHours = errors.New("not one of the hours offered")

// hoursTyped is for how long, of what the page offers.
func hoursTyped(text string) (time.Duration, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || time.Duration(n)*time.Hour > custody.LongestGlass {
		return 0, errNoHours
	}
	return time.Duration(n) * time.Hour, nil
}

// takeIt breaks the glass, and leads to the page that was wanted.
func (p *pages) takeIt(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form, next := v.Sent(), v.R.PostForm.Get("next")
	wanted := custody.Glass{Reason: v.Typed("reason")}
	for _, role := range v.R.PostForm["roles"] {
		wanted.Roles = append(wanted.Roles, custody.Role(role))
	}
	wanted.Places = slices.Concat(v.R.PostForm["places"], strings.Fields(v.Typed("place")))
	lasts, err := hoursTyped(v.Typed("hours"))
	if err != nil {
		form.Mend("hours", v.Say("page.glass.hours-missing"))
		return p.glass(v, http.StatusUnprocessableEntity, next, form)
	}
	wanted.Until = v.Now.Add(lasts)
	if _, err := p.Access.BreakGlass(v.R.Context(), v.Command(), wanted); err != nil {
		if !form.Take(v.Speaker, err, map[string]string{"glass-empty": "roles", "role": "roles", "place": "place", "reason-too-short": "reason", "glass-too-long": "hours"}) {
			return err
		}
		return p.glass(v, page.StatusOf(err), next, form)
	}
	if next != "" {
		return v.SeeOther(page.LocalAddress(next))
	}
	return v.SeeOther(page.GlassAddress + "?done=broken")
}

// mend puts back what was taken.
func (p *pages) mend(v *page.Visit) error {
	if _, err := p.Access.MendGlass(v.R.Context(), v.Command(), v.R.PathValue("id")); err != nil {
		return err
	}
	return v.SeeOther(page.GlassAddress + "?done=mended")
}
