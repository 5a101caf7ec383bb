package officials

import (
	"net/http"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Change is a change of a monitor's account, with the names that its codes stand for.
type Change struct {
	*custody.MonitorChange
	Monitor   string       // full name, as it is or as it is to be
	Where     []page.Place // that the monitor is to see; empty: everything
	First     string       // who turned the first key, by full name
	Second    string       // and the second; empty: nobody yet
	Confirm   page.Confirm
	KeyHolder bool // the reader turned one of the keys, and so gives half of the way in
}

// Monitors is the page of the monitors' accounts: who watches, what waits for a second key, and what was done.
type Monitors struct {
	List     []Row
	Waiting  []Change
	Past     []Change // done, or lapsed; newest first
	Proposes bool     // the reader may turn a key
	Form     page.Form
	Official string    // whom to propose something about
	Trouble  page.Form // why a key could not be turned to a change that waits no longer
	Done     string    // what was done just now, in words
}

// shownPast is how many changes of the past the page shows; the book has all.
const shownPast = 30

// waits reports whether a change waits for its second key.
func waits(c *custody.MonitorChange, now time.Time) bool { return !c.Done() && now.Before(c.Until) }

func (p *pages) monitors(v *page.Visit) error {
	m := Monitors{Official: cutRunes(v.R.URL.Query().Get("official"), 60)}
	if done := v.R.URL.Query().Get("done"); v.Speaker.Has("page.officials.done." + done) {
		m.Done = v.Say("page.officials.done." + done)
	}
	return p.showMonitors(v, http.StatusOK, m, "", page.Form{})
}

// showMonitors shows the page; refused is the form of the confirmation of one change, when it was refused.
func (p *pages) showMonitors(v *page.Visit, status int, m Monitors, id string, refused page.Form) error {
	m.Proposes = v.May(custody.KeepMonitors) == nil
	changes := p.Access.MonitorNotices(false)
	m.Trouble = refused
	p.Book.Read(func(s *custody.State) {
		for o := range s.Officials.All() {
			if o.Has(custody.Monitor) {
				m.List = append(m.List, Row{Official: o, Where: whereIn(s, o)})
			}
		}
		for _, c := range changes {
			one := changeIn(s, c, v.Official.Name)
			switch {
			case !waits(c, v.Now):
				if len(m.Past) < shownPast {
					m.Past = append(m.Past, one)
				}
				continue
			case c.By == v.Official.Name:
				one.Confirm.Why = v.Say("page.officials.key-yours")
			case !m.Proposes:
				one.Confirm.Why = v.Say("page.officials.key-others")
			}
			if c.ID == id {
				one.Confirm.Form, m.Trouble = refused, page.Form{}
			}
			m.Waiting = append(m.Waiting, one)
		}
	})
	for i := range m.Waiting {
		c := &m.Waiting[i]
		c.Confirm.Title = v.Say("page.officials.act."+string(c.Act), "name", c.Monitor)
		c.Confirm.Address, c.Confirm.Button, c.Confirm.Danger = "/monitors/"+c.ID+"/confirmation", v.Say("page.officials.turn-second"), c.Narrows
		c.Confirm.Hands = []page.Hand{{What: v.Say("page.officials.first-key"), Who: c.First, At: c.At}, {What: v.Say("page.officials.second-key")}}
	}
	f := v.Frame("officials", v.Say("page.officials.monitors"), "")
	f.Trail = []page.Link{{Text: v.Say("page.officials.title"), Address: "/officials"}}
	return v.Show(status, monitorsPage(f, m))
}

func changeIn(s *custody.State, c *custody.MonitorChange, reader string) Change {
	one := Change{MonitorChange: c, Monitor: page.OfficialIn(s, c.Official), First: page.OfficialIn(s, c.By)}
	if c.Appointment != nil {
		one.Monitor, one.Where = c.Appointment.FullName, whereIn(s, c.Appointment)
	}
	if c.Done() {
		one.Second = page.OfficialIn(s, c.Confirmed)
		one.KeyHolder = c.Act != custody.DismissMonitor && c.Act != custody.RulesOfService && (c.By == reader || c.Confirmed == reader)
	}
	return one
}

// monitorFields says beside which field a refusal of a proposal stands.
var monitorFields = map[string]string{"reason-too-short": "reason", "monitor-act-unknown": "act", "role-missing": "act", "monitor-alone": "official", "code-malformed": "official",
	"official-dismissed": "official", "unknown-official": "official", "fullName": "fullName", "unknown-establishment": "establishment", "place-elsewhere": "establishment"}

// propose turns the first key.
func (p *pages) propose(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	change := custody.MonitorChange{Act: custody.MonitorAct(v.R.PostForm.Get("act")), Official: v.Typed("official"), Reason: v.Typed("reason")}
	if change.Act == custody.AppointMonitor {
		o := typed(v, change.Official)
		o.Roles, o.Places = []custody.Role{custody.Monitor}, nil
		change.Appointment = &o
	}
	_, err := p.Access.ProposeMonitor(v.R.Context(), v.Command(), change)
	form := v.Sent()
	if err != nil && form.Take(v.Speaker, err, monitorFields) {
		return p.showMonitors(v, http.StatusUnprocessableEntity, Monitors{Form: form}, "", page.Form{})
	}
	if err != nil {
		return err
	}
	return v.SeeOther("/monitors?done=proposal")
}

// confirm turns the second key.
func (p *pages) confirm(v *page.Visit) error {
	if err := v.ReadForm(); err != nil {
		return err
	}
	id := v.R.PathValue("id")
	_, err := p.Access.ConfirmMonitor(v.R.Context(), v.Command(), id)
	form := v.Sent()
	if err != nil && form.Take(v.Speaker, err, nil) {
		return p.showMonitors(v, http.StatusUnprocessableEntity, Monitors{}, id, form)
	}
	if err != nil {
		return err
	}
	return v.SeeOther("/monitors?done=confirmation")
}

// monitorActs are what can be done to a monitor's account.
func monitorActs(f page.Frame) (options []page.Option) {
	for _, a := range []custody.MonitorAct{custody.AppointMonitor, custody.DismissMonitor, custody.RecoverMonitor} {
		options = append(options, page.Option{Value: string(a), Text: f.Term("page.officials.propose", a), Hint: f.Term("page.officials.propose-hint", a)})
	}
	return options
}
