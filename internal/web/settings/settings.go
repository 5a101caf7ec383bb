// Package settings is the pages of the register of places: what each is, what it may hold and who signed for that, and whether
// it is in use. Whoever may read the roll of a place may read its register; changing it takes the office that does.
package settings

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
	"habeas.example/habeas/internal/web/people"
)

type pages struct {
	*page.Door
	roll  *roll.Desk
	cells *cells.Desk
}

// Add adds the section of settings to the door, and to it the pages of the register of places.
func Add(d *page.Door, roll *roll.Desk, cells *cells.Desk) {
	p := &pages{d, roll, cells}
	d.Section(page.Section{Name: "settings", Tab: "places", Address: "/settings", Any: []custody.Action{custody.KeepPlaces, custody.OrderTheCapacity, custody.ReadOfficials, custody.AdmitPeople, custody.PlanTransfers}})
	d.SignedIn("GET /settings", p.list)
	d.SignedIn("GET /settings/places/{code}", p.place)
	d.Permitted(custody.KeepPlaces, "GET /settings/open", p.askToOpen)
	d.Permitted(custody.KeepPlaces, "POST /settings/open", p.open)
	for _, c := range changes {
		d.Permitted(c.Needs, "GET /settings/places/{code}/"+c.Name, p.ask(c))
		d.Permitted(c.Needs, "POST /settings/places/{code}/"+c.Name, p.do(c))
	}
}

// Register is the list of all establishments, and of the courts and hospitals outside them.
type Register struct {
	Inside, Outside []Row
	Opens           bool // the official may open another
}

// Row is a place in a list.
type Row struct {
	page.Place
	Kind      custody.PlaceKind
	Certified int // of what others lie in: the sum of the cells in use, as the roll sums it
	Capacity  int // that it may hold now, or its cells together; Limited: there is such a number
	Limited   bool
	Within    int // places inside, at whatever depth
	Held      int // people in it now; Told: the official may know
	Told      bool
	OutOfUse  bool
}

func rowOf(s *custody.State, p *custody.Place, now time.Time, told bool) Row {
	r := Row{Place: page.PlaceIn(s, p.Code), Kind: p.Kind, Certified: p.Certified, OutOfUse: p.OutOfUse, Held: s.Present(p.Code), Told: told}
	r.Capacity, r.Limited = p.Capacity(now)
	var cells Row
	for _, code := range s.Inside(p.Code) {
		cells.add(s, s.Places.Get(code), now)
	}
	r.Within, r.Held = cells.Within, r.Held+cells.Held
	if cells.Limited && !r.Limited {
		r.Certified, r.Capacity, r.Limited = cells.Certified, cells.Capacity, true
	}
	return r
}

// add adds up a place and what lies in it.
func (r *Row) add(s *custody.State, p *custody.Place, now time.Time) {
	r.Within++
	r.Held += s.Present(p.Code)
	if capacity, limited := p.Capacity(now); limited && p.Kind == custody.Cell && !p.OutOfUse {
		r.Certified, r.Capacity, r.Limited = r.Certified+p.Certified, r.Capacity+capacity, true
	}
	for _, code := range s.Inside(p.Code) {
		r.add(s, s.Places.Get(code), now)
	}
}

// reads reports whether an official may read the register of a place.
func reads(s *custody.State, official string, p *custody.Place) bool {
	return p.Kind != custody.VehiclePlace && s.May(official, custody.ReadRoll, p.Code) == nil
}

func (d *pages) list(v *page.Visit) error {
	r := Register{Opens: v.May(custody.KeepPlaces, custody.WholeService) == nil}
	d.Book.Read(func(s *custody.State) {
		told := s.Sighted(v.Official.Name) == nil
		for p := range s.Places.All() {
			switch {
			case p.Parent != "" || !reads(s, v.Official.Name, p):
			case p.Kind == custody.Establishment:
				r.Inside = append(r.Inside, rowOf(s, p, v.Now, told))
			default:
				r.Outside = append(r.Outside, rowOf(s, p, v.Now, told))
			}
		}
	})
	for _, list := range [][]Row{r.Inside, r.Outside} {
		slices.SortFunc(list, func(a, b Row) int { return strings.Compare(a.Code, b.Code) })
	}
	return v.Show(http.StatusOK, listPage(v.Frame("settings", v.Say("page.settings.title"), ""), r))
}

// Place is what the register says of one place.
type Place struct {
	*custody.Place
	Around  []page.Place // what it lies in, outermost first
	Sum     Row          // what it may hold and holds, or its cells together
	Orders  []Order      // of operational capacity, newest first
	Over    string       // full name of whoever signed the live order to go over the certified capacity; empty: there is none
	Outages []custody.Outage
	Rows    []Row // a page of the places directly inside
	Pages   page.Pages
	Offers  []page.Offer
	Done    int64 // entry that was just written here; negative: none
}

// Order is an order of operational capacity as the page shows it.
type Order struct {
	custody.CapacityOrder
	Signer  string // full name
	InForce bool
}

func (d *pages) place(v *page.Visit) error {
	p, err := d.read(v, v.R.PathValue("code"))
	if err != nil {
		return err
	}
	p.Done = v.DoneEntry()
	p.Pages = page.Paged(page.RegisterAddress(p.Code), v.R.URL.Query(), len(p.Rows), page.PageSize)
	p.Rows = page.Cut(p.Rows, p.Pages)
	return v.Show(http.StatusOK, placePage(d.frame(v, p, p.Name), p))
}

// frame is the frame of a page about a place, which says what the place lies in.
func (d *pages) frame(v *page.Visit, p Place, title string) page.Frame {
	f := v.Frame("settings", title, p.Establishment)
	f.Trail = []page.Link{{Text: v.Say("page.settings.title"), Address: "/settings"}}
	for _, one := range p.Around {
		f.Trail = append(f.Trail, page.Link{Text: one.Name, Address: page.RegisterAddress(one.Code)})
	}
	return f
}

// read reads the register of a place. A place of which the official may not even know the roll is not there for them.
func (d *pages) read(v *page.Visit, code string) (p Place, err error) {
	d.Book.Read(func(s *custody.State) {
		if p.Place = s.Places.Get(code); p.Place == nil || !reads(s, v.Official.Name, p.Place) {
			err = custody.Unknown("place", code)
			return
		}
		for up := s.Places.Get(p.Parent); up != nil; up = s.Places.Get(up.Parent) {
			p.Around = append(p.Around, page.PlaceIn(s, up.Code))
		}
		slices.Reverse(p.Around)
		p.Sum = rowOf(s, p.Place, v.Now, s.Sighted(v.Official.Name) == nil)
		p.Orders = ordersOf(s, p.Place, v.Now)
		if p.Place.Over.Live(v.Now) {
			p.Over = page.OfficialIn(s, p.Place.Over.SignedBy)
		}
		p.Outages = slices.Clone(p.Place.Outages)
		slices.Reverse(p.Outages)
		for _, one := range s.Inside(code) {
			if inside := s.Places.Get(one); reads(s, v.Official.Name, inside) {
				p.Rows = append(p.Rows, rowOf(s, inside, v.Now, s.Sighted(v.Official.Name) == nil))
			}
		}
	})
	if err == nil {
		p.Offers = d.offers(v, p.Place)
	}
	return p, err
}

// ordersOf are the orders of a place's operational capacity, newest first. In force is the newest that has begun, while it
// lasts, as the law reads them.
func ordersOf(s *custody.State, p *custody.Place, now time.Time) (list []Order) {
	all := slices.Clone(p.Earlier)
	if p.Operational != nil {
		all = append(all, *p.Operational)
	}
	slices.Reverse(all)
	begun := false
	for _, o := range all {
		one := Order{CapacityOrder: o, Signer: page.OfficialIn(s, o.SignedBy)}
		if !begun && !now.Before(o.From) {
			begun = true
			one.InForce = o.Until.IsZero() || now.Before(o.Until)
		}
		list = append(list, one)
	}
	return list
}

// offers are what the official may do with a place now; what the law refuses now says why.
func (d *pages) offers(v *page.Visit, p *custody.Place) (list []page.Offer) {
	if v.May(custody.KeepPlaces, p.Code) == nil && p.Kind != custody.Cell && !p.Kind.Outside() {
		list = append(list, page.Offer{Text: v.Say("page.settings.open-inside"), Address: "/settings/open?in=" + p.Code})
	}
	for _, c := range changes {
		where := p.Code
		d.Book.Read(func(s *custody.State) { where = s.WhereKept(p.Code) })
		if v.May(c.Needs, where) != nil || !c.Fits(p) {
			continue
		}
		o := page.Offer{Text: v.Say("page.settings." + c.Name), Address: page.RegisterAddress(p.Code) + "/" + c.Name}
		if c.Ask != nil {
			var err error
			d.Book.Read(func(s *custody.State) { err = c.Ask(s, p.Code) })
			if r, refused := custody.RefusalOf(err); refused {
				o.Why, o.Mend, o.Law = page.SayRefusal(v.Speaker, r), page.SayMend(v.Speaker, r), r.Law
			}
		}
		list = append(list, o)
	}
	return list
}

// behind is the address of the people behind the number of a place, for those who may read who they are.
func (r Row) behind(f page.Frame) string {
	if !f.May(custody.ReadRecords) {
		return ""
	}
	return people.Selection{Under: r.Code}.Address()
}
