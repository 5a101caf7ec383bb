package handheld

import (
	"net/http"
	"net/url"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Devices is the page of handhelds: who has which, and what takes a new one into use.
type Devices struct {
	List  []Row
	Keeps bool // whoever looks registers handhelds, and revokes those of others
	Done  string
	// Code takes the handheld that was just registered into use. It is on this page and nowhere else.
	Code, For string
	Form      page.Form
	Failed    string // the handheld whose revocation was refused; empty: the registration
}

// Row is a handheld, with the full names of those concerned.
type Row struct {
	custody.Device
	OfficialName, RevokedName string
}

func (p *pages) devices(v *page.Visit) error {
	return p.showDevices(v, http.StatusOK, Devices{Done: v.R.URL.Query().Get("done")})
}

func (p *pages) showDevices(v *page.Visit, status int, d Devices) error {
	list := p.access.Devices(v.Official.Name)
	p.Book.Read(func(s *custody.State) {
		for _, one := range list {
			row := Row{Device: one, OfficialName: page.OfficialIn(s, one.Official)}
			if !one.Lives() {
				row.RevokedName = page.OfficialIn(s, one.RevokedBy)
			}
			d.List = append(d.List, row)
		}
	})
	f := v.Frame("devices", v.Say("page.devices.title"), "")
	d.Keeps = f.May(custody.KeepDevices)
	return v.Show(status, devicesPage(f, d))
}

// register registers a handheld, and shows its code once, on the page that answers.
func (p *pages) register(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	form, name, official := v.Sent(), v.Typed("name"), v.Typed("official")
	_, code, err := p.access.RegisterDevice(v.R.Context(), v.Command(), name, official)
	if err != nil {
		if form.Take(v.Speaker, err, map[string]string{"unknown-official": "official", "too-many-devices": "official"}) {
			return p.showDevices(v, http.StatusUnprocessableEntity, Devices{Form: form})
		}
		return err
	}
	return p.showDevices(v, http.StatusOK, Devices{Code: code, For: name})
}

// revoke revokes a handheld. Whoever revokes their own stays signed in here.
func (p *pages) revoke(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id, form := v.R.PathValue("id"), v.Sent()
	_, err := p.access.RevokeDevice(v.R.Context(), v.Command(), id, v.Typed("reason"), page.SessionOf(v.R))
	if err != nil {
		if form.Take(v.Speaker, err, nil) {
			return p.showDevices(v, http.StatusUnprocessableEntity, Devices{Form: form, Failed: id})
		}
		return err
	}
	return v.SeeOther("/devices?done=" + url.QueryEscape(id))
}

// formOf is the form of one of the handhelds: what was typed, if it is the one that was refused.
func (d Devices) formOf(id string) page.Form {
	if d.Failed == id {
		return d.Form.Within(id)
	}
	return page.Form{}.Within(id)
}

func reasonOf(f page.Frame, id string) page.Field {
	return page.Field{Name: "reason", Within: id, Label: f.Say("page.devices.reason"), Max: 500, Spoken: true}
}
