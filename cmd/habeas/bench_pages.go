package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

type benchPagesCommand struct {
	benchStore
	People int `env:"HABEAS_BENCH_PEOPLE" default:"40000"`
	Cells  int `env:"HABEAS_BENCH_CELLS" default:"2000"`
	Reads  int `env:"HABEAS_BENCH_READS" default:"100"`
}

// pagesFigures are what bench pages prints: the work of the server for one page, in milliseconds.
type pagesFigures struct {
	Engine string        `json:"engine"`
	People int           `json:"people"`
	Cells  int           `json:"cells"`
	Reads  int           `json:"reads"`
	Pages  []pageFigures `json:"pages"`
}

// Run asks for each page again and again, while somebody is moved before each question, so that no answer can be one given
// before. The register is full: a transfer of 2,000 on the road, people out, discrepancies, papers that have run out.
func (c *benchPagesCommand) Run(ctx context.Context, t *terminal) (err error) {
	w, err := c.open(ctx, c.Cells, (c.People+c.Cells-1)/c.Cells+1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	people, err := w.fill(ctx, c.People, c.Cells)
	if err != nil {
		return err
	}
	id, err := w.trouble(ctx, people)
	if err != nil {
		return err
	}
	f := pagesFigures{Engine: w.book.Engine(), People: c.People, Cells: c.Cells, Reads: c.Reads}
	person := "/people/" + people[len(people)-1]
	for _, address := range []string{
		"/", "/people", "/people?page=400", "/people?under=" + benchCell(7), "/people?where=out", "/people?legal=untried&under=A", "/people?q=rodriguez+perez", person, person + "/move",
		"/overdue", "/discrepancies", "/transfers", "/transfers/" + id, "/transfers/" + id + "?group=waiting&page=20", "/transfers/" + id + "/vehicles/B01", "/transfers/" + id + "/vehicles/B50",
		"/transfers/" + id + "/vehicles/B50?q=" + people[1999], "/transfers/" + id + "/vehicles/B01/count", "/transfers/" + id + "/people/" + people[0], "/transfers/" + id + "/handing-over", "/transfers/" + id + "/unlisted", "/admissions/new", "/glass", "/establishments/A", "/establishments/A?by=space",
		"/establishments/A?by=apart", "/establishments/A/places/" + benchCell(7), "/counts", "/counts/rules", "/cells", "/cells/standing", "/cells/keep-aparts",
		"/book", "/book?kind=person.died", "/book?about=" + people[0], "/book/" + strconv.FormatInt(w.book.Size()-1, 10),
	} {
		p := pageFigures{Address: address}
		var took []time.Duration
		for i := range c.Reads {
			if err := w.stir(ctx, people, i); err != nil {
				return err
			}
			one, size, err := w.ask(ctx, address)
			if err != nil {
				return err
			}
			took, p.Bytes = append(took, one), size
		}
		p.P50, p.P95 = quantile(took, 0.5), quantile(took, 0.95)
		f.Pages = append(f.Pages, p)
	}
	if c.JSON {
		return printJSON(t, f)
	}
	fmt.Fprintf(t.out, "%s: %d people in %d cells\n", f.Engine, f.People, f.Cells)
	for _, p := range f.Pages {
		fmt.Fprintf(t.out, "%-44s p50 %6.2f ms, p95 %6.2f ms, %d bytes\n", p.Address, p.P50, p.P95, p.Bytes)
	}
	return nil
}

// boarding fills every other vehicle of a transfer, counted, so that half of its people wait at the gate.
func (w *bench) boarding(ctx context.Context, id string, people []string, vehicles []custody.Vehicle) error {
	each := len(people) / len(vehicles)
	for i := 0; i < len(vehicles)-1; i += 2 {
		some := people[i*each : (i+1)*each]
		if _, err := w.transfer.Identify(ctx, console, id, some...); err != nil {
			return err
		}
		if _, err := w.transfer.Board(ctx, console, id, vehicles[i].Code, time.Time{}, some...); err != nil {
			return err
		}
		if _, err := w.transfer.Count(ctx, console, id, vehicles[i].Code, custody.VehicleCount{Stage: "boarding", Counted: len(some)}, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// trouble makes the register look like that of a bad night, and returns its transfer: the first people of the register are at
// the gate, half of them aboard, others are out, were found elsewhere, or escaped.
func (w *bench) trouble(ctx context.Context, people []string) (id string, err error) {
	drafted, err := w.transfer.Draft(ctx, console, custody.Transfer{From: "A", To: "B", Date: time.Now().Format(time.DateOnly), LegalBasis: "bench"})
	if err != nil {
		return "", err
	}
	id = drafted.Entries[0].Transfer
	travelling := people[:min(2000, len(people)/2)]
	vehicles := make([]custody.Vehicle, 50)
	for i := range vehicles {
		vehicles[i] = custody.Vehicle{Code: fmt.Sprintf("B%02d", i+1), Seats: 60}
	}
	for _, do := range []func() (any, error){
		func() (any, error) { return w.transfer.LoadManifest(ctx, console, id, "bench", travelling) },
		func() (any, error) { return w.transfer.AddVehicles(ctx, console, id, vehicles...) },
		func() (any, error) {
			return w.transfer.AssignEscort(ctx, console, id, custody.Escort{Corps: "bench", Commander: "bench", Units: []custody.Unit{{Name: "bench", Headcount: 1}}})
		},
		func() (any, error) {
			return w.roll.OpenPlace(ctx, console, custody.Place{Code: "HOSP", Name: "HOSP", Kind: custody.Hospital})
		},
	} {
		if _, err := do(); err != nil {
			return "", err
		}
	}
	if _, err := w.transfer.Approve(ctx, book.Command{By: "bench1"}, id); err != nil {
		return "", err
	}
	if err := w.boarding(ctx, id, travelling, vehicles); err != nil {
		return "", err
	}
	for i, person := range people[len(travelling) : len(travelling)+150] {
		switch i % 3 {
		case 0:
			_, err = w.roll.GoOut(ctx, console, person, custody.Outing{Destination: "HOSP", Escort: "bench", DueBack: time.Now().Add(time.Duration(i-75) * time.Hour)}, time.Time{})
		case 1:
			_, err = w.roll.Found(ctx, console, person, "A-REC", time.Time{})
		case 2:
			_, err = w.roll.Escape(ctx, console, person, "bench", time.Time{})
		}
		if err != nil {
			return "", err
		}
	}
	return id, nil
}
