package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

// Devices are handhelds, newest first.
type Devices struct {
	Devices []custody.Device `json:"devices"`
}

// Registered is the answer to the registration of a handheld.
type Registered struct {
	ID   string `json:"id"`
	Code string `json:"code" doc:"Takes it into use, once, within an hour. It is shown nowhere else."`
}

type newDevice struct {
	Body struct {
		Name     string `json:"name" maxLength:"60" required:"true" doc:"As it is written on the device."`
		Official string `json:"official" maxLength:"60" required:"true"`
	}
}

type deviceUse struct {
	Body struct {
		Code string `json:"code" maxLength:"40" required:"true"`
		Key  string `json:"key" maxLength:"100" required:"true" doc:"The point of the device's public key on P-256, uncompressed, in base64url."`
	}
}

type deviceEnd struct {
	Body struct {
		Reason string `json:"reason" maxLength:"500" required:"true"`
	}
}

// devices registers handhelds: registered and revoked at the desk, taken into use in the hand.
func (d *door) devices() {
	read(d, "/devices", "The handhelds of the official who asks, or, for those who keep them, of all", "", func(_ context.Context, who *asker, _ *nothing) (Devices, error) {
		return Devices{d.Access.Devices(who.official.Name)}, nil
	})
	handle(d, operation{method: http.MethodPost, path: "/devices", summary: "Register a handheld to an official"}, func(ctx context.Context, who *asker, in *newDevice) (*answer[Registered], error) {
		w, code, err := d.Access.RegisterDevice(ctx, who.command(), in.Body.Name, in.Body.Official)
		return &answer[Registered]{Registered{subjectOf(w.Entries), code}}, err
	})
	handle(d, operation{method: http.MethodPost, path: "/devices/use", summary: "Take a handheld into use, on the handheld, with its code"}, func(ctx context.Context, who *asker, in *deviceUse) (*answer[custody.Device], error) {
		device, err := d.Access.TakeDeviceIntoUse(ctx, who.command(), in.Body.Code, in.Body.Key, who.source())
		return &answer[custody.Device]{device}, err
	})
	handle(d, operation{method: http.MethodPost, path: "/devices/{id}/revocation", summary: "Revoke a handheld; every session of its official ends"}, func(ctx context.Context, who *asker, in *deviceEnd) (*answer[*Reply], error) {
		w, err := d.Access.RevokeDevice(ctx, who.command(), who.subject, in.Body.Reason, who.token)
		if err != nil {
			return nil, err
		}
		reply, err := d.reply(ctx, w, false)
		return &answer[*Reply]{reply}, err
	})
}

// Handheld is what a handheld needs for a shift: what there is to do, and where.
type Handheld struct {
	Now      time.Time        `json:"now" doc:"The server's clock, by which a handheld corrects its own."`
	KeepFor  int              `json:"keepFor" doc:"Seconds for which it may keep what it took along."`
	Device   custody.Device   `json:"device"`
	Official custody.Official `json:"official"`
	Zone     string           `json:"zone" doc:"In which its times are written."`
	Blind    bool             `json:"blind" doc:"A count is open where the official serves and counts: no list of people is given."`
	Landings []Post           `json:"landings" doc:"Where the official may count."`
	Around   []Post           `json:"around" doc:"What the landings are in, whose people may be taken along."`
	Counts   []CountTask      `json:"counts"`
	Buses    []BusTask        `json:"buses"`
}

// Post is a place where work is done.
type Post struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Under string `json:"under,omitempty"`
}

// CountTask is an open count, with the landings of which it still waits for a slip of the
// official who asks. Nothing in it says what is expected or was found.
type CountTask struct {
	ID       string            `json:"id"`
	Kind     custody.CountKind `json:"kind"`
	Place    string            `json:"place"`
	Name     string            `json:"name"`
	Opened   time.Time         `json:"opened"`
	Landings []string          `json:"landings"`
}

// BusTask is a handover that waits for the receiving official.
type BusTask struct {
	Handover string         `json:"handover"`
	Transfer string         `json:"transfer"`
	Vehicles []string       `json:"vehicles"`
	Place    string         `json:"place"`
	Offered  time.Time      `json:"offered"`
	Giver    string         `json:"giver"`
	People   []BusPassenger `json:"people"`
}

// BusPassenger is one of those offered, with the cell that is planned for them.
type BusPassenger struct {
	Number string `json:"number"`
	Name   string `json:"name"`
	Cell   string `json:"cell,omitempty"`
}

// TakenAlong are the people whom a handheld takes along.
type TakenAlong struct {
	Place  string          `json:"place"`
	Name   string          `json:"name"`
	People []roll.Resident `json:"people"`
}

type takeQuery struct {
	Place string `query:"place" maxLength:"60" required:"true"`
}

// Bounds of what a handheld is given; a service whose official has more gives them a post.
const (
	maxPosts = 1_000
	maxBuses = 20
)

// handheld registers what a handheld asks. Only a device in use, registered to the official
// who asks, gets an answer; what it enters goes to the same addresses as everybody's.
func (d *door) handheld() {
	read(d, "/handheld", "What there is to do, for a handheld that is registered to the official", "", func(_ context.Context, who *asker, _ *nothing) (Handheld, error) {
		if who.shipment == nil {
			return Handheld{}, &custody.Refusal{Code: "handheld-needed", Reason: custody.Forbidden}
		}
		h := Handheld{Now: d.Clock(), KeepFor: int(d.Access.Life() / time.Second), Official: who.official,
			Landings: []Post{}, Around: []Post{}, Counts: []CountTask{}, Buses: []BusTask{}}
		d.Book.Read(func(s *custody.State) { d.fillHandheld(s, &h, who) })
		return h, nil
	})
	read(d, "/handheld/people", "The people of a place, taken along on a handheld; looking is recorded", custody.ReadRecords, func(ctx context.Context, who *asker, q *takeQuery) (TakenAlong, error) {
		if who.shipment == nil {
			return TakenAlong{}, &custody.Refusal{Code: "handheld-needed", Reason: custody.Forbidden}
		}
		people, err := d.Roll.TakeAlong(ctx, who.command(), q.Place, who.shipment.Device)
		name := ""
		d.Book.Read(func(s *custody.State) { name = nameOf(s, q.Place) })
		return TakenAlong{q.Place, name, people}, err
	})
}

func (d *door) fillHandheld(s *custody.State, h *Handheld, who *asker) {
	name := who.official.Name
	h.Device = *s.Devices.Get(who.shipment.Device)
	h.Blind, h.Zone = s.Blind(name), "UTC"
	if p := s.Places.Get(who.official.Establishment); p != nil && p.Zone != "" {
		h.Zone = p.Zone
	}
	posts, around := map[string]bool{}, map[string]bool{}
	for p := range s.Places.All() {
		unit := s.CountUnit(p.Code)
		if unit == "" || posts[unit] || len(h.Landings) >= maxPosts {
			continue
		}
		posts[unit] = true
		if s.May(name, custody.CountPeople, unit) != nil {
			continue
		}
		place := s.Places.Get(unit)
		h.Landings = append(h.Landings, Post{unit, place.Name, nameOf(s, place.Parent)})
		if up := s.Places.Get(place.Parent); up != nil && !around[up.Code] && s.May(name, custody.ReadRecords, up.Code) == nil {
			around[up.Code] = true
			h.Around = append(h.Around, Post{up.Code, up.Name, nameOf(s, up.Parent)})
		}
	}
	sortPosts(h.Landings)
	sortPosts(h.Around)
	for _, c := range s.OpenCounts() {
		if s.May(name, custody.CountPeople, c.Place) != nil || s.May(name, custody.SeeCounts, c.Place) == nil {
			continue // whoever sees what is expected has no slip of their own to give
		}
		task := CountTask{ID: c.ID, Kind: c.Kind, Place: c.Place, Name: nameOf(s, c.Place), Opened: c.Opened, Landings: []string{}}
		for _, l := range s.CountLandingsOf(c.ID) {
			if l.Status != custody.LandingCleared && !l.GivenBy(name) && posts[l.Landing] {
				task.Landings = append(task.Landings, l.Landing)
			}
		}
		h.Counts = append(h.Counts, task)
	}
	for hand := range s.Handovers.All() {
		if hand.Status != custody.HandoverOpen || hand.Kind != custody.Arriving || len(h.Buses) >= maxBuses || hand.Releasing == name ||
			s.May(name, custody.TakePeople, s.Transfers.Get(hand.Transfer).To) != nil {
			continue
		}
		h.Buses = append(h.Buses, busOf(s, hand))
	}
}

func busOf(s *custody.State, hand *custody.Handover) BusTask {
	task := BusTask{Handover: hand.ID, Transfer: hand.Transfer, Vehicles: []string{}, Place: hand.Place, Offered: hand.Offered, Giver: hand.Releasing, People: []BusPassenger{}}
	if o := s.Officials.Get(hand.Releasing); o != nil {
		task.Giver = o.FullName
	}
	for _, key := range hand.Vehicles {
		if v := s.Vehicles.Get(key); v != nil {
			task.Vehicles = append(task.Vehicles, v.Code)
		}
	}
	for _, number := range hand.People {
		p := BusPassenger{Number: number, Name: s.People.Get(number).FullName()}
		if l := s.Lines.Get(hand.Transfer + "/" + number); l != nil {
			p.Cell = l.Cell
		}
		task.People = append(task.People, p)
	}
	return task
}

func sortPosts(list []Post) {
	slices.SortFunc(list, func(a, b Post) int { return strings.Compare(a.Code, b.Code) })
}

func nameOf(s *custody.State, place string) string {
	if p := s.Places.Get(place); p != nil {
		return p.Name
	}
	return place
}
