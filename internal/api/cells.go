package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/custody"
)

type assessment struct {
	Risk       custody.Risk `json:"risk,omitempty" enum:"standard,high" doc:"Sharing risk; standard when left out."`
	With       []string     `json:"with,omitempty" maxItems:"20" doc:"With whom alone somebody of high sharing risk may share, by prison number."`
	Needs      []string     `json:"needs,omitempty" maxItems:"20" doc:"wheelchair, ground-floor, infirmary, single-cell."`
	NotAlone   bool         `json:"notAlone,omitempty" doc:"Must have company."`
	PlacedWith string       `json:"placedWith,omitempty" enum:"M,F" doc:"With whom somebody of sex X is placed, decided after hearing them."`
	Reason     string       `json:"reason" maxLength:"1000"`
	Review     time.Time    `json:"review,omitzero" doc:"When it is to be looked at again."`
}

type keepApart struct {
	Members  []string      `json:"members" maxItems:"500" doc:"Prison numbers."`
	Level    custody.Level `json:"level" enum:"cell,landing,wing"`
	Pairwise *bool         `json:"pairwise,omitempty" doc:"true, or left out: no two of them together; false: not all of them together."`
	Reason   string        `json:"reason" maxLength:"1000"`
	From     time.Time     `json:"from,omitzero" doc:"Now when left out."`
	Until    time.Time     `json:"until,omitzero" doc:"Until it is ended when left out."`
}

type keepApartFile struct {
	Name    string `json:"name,omitempty" maxLength:"200" doc:"Of the file."`
	Content string `json:"content" doc:"Of a CSV file: one order a row, under headings such as people, other, level, reason, until."`
	Apply   bool   `json:"apply,omitempty" doc:"false: a dry run, which keeps nothing."`
}

type overCapacity struct {
	Capacity int       `json:"capacity" required:"true"`
	From     time.Time `json:"from,omitzero" doc:"Now when left out."`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason" maxLength:"500"`
}

type designation struct {
	Sex      string              `json:"sex,omitempty" enum:"M,F" doc:"Not said when left out."`
	Age      custody.AgeClass    `json:"age,omitempty" enum:"adult,child"`
	Legal    custody.LegalStatus `json:"legal,omitempty" enum:"untried,convicted"`
	Features []string            `json:"features,omitempty" maxItems:"20" doc:"What it offers, e.g. wheelchair, ground-floor."`
}

// planWish is what is to be planned. It records nothing.
type planWish struct {
	Mode          cells.Mode `json:"mode" enum:"people,transfer,rebalance,empty"`
	Establishment string     `json:"establishment,omitempty" doc:"For people: where; left out, where the first of them is held."`
	People        []string   `json:"people,omitempty" maxItems:"5000"`
	Transfer      string     `json:"transfer,omitempty"`
	Place         string     `json:"place,omitempty" doc:"To rebalance or empty: a wing, landing, module, sector or cell."`
	MaxMoves      int        `json:"maxMoves,omitempty" doc:"To rebalance: at most so many are moved; 20 when left out."`
	Seed          uint64     `json:"seed,omitempty" doc:"The same seed on the same record makes the same plan."`
}

type wishBody struct{ Body planWish }

type planMove struct {
	Person string `json:"person"`
	Cell   string `json:"cell"`
}

type planDecision struct {
	Mode     cells.Mode `json:"mode,omitempty" doc:"What was planned for; it is kept with the order."`
	Transfer string     `json:"transfer,omitempty"`
	Moves    []planMove `json:"moves" maxItems:"5000"`
	Happened time.Time  `json:"happened,omitzero"`
}

type cellPlan struct {
	Cells []planMove `json:"cells,omitempty" maxItems:"5000" doc:"Left out: those that a fresh proposal finds."`
	Seed  uint64     `json:"seed,omitempty"`
}

type placements struct {
	People   []string  `json:"people,omitempty" maxItems:"5000" doc:"Left out: everybody of the transfer who waits in reception."`
	Happened time.Time `json:"happened,omitzero"`
}

// CarriedOut is the answer to a plan that was carried out.
type CarriedOut struct {
	Reply
	Placed    int                 `json:"placed" doc:"Where the plan said."`
	Replanned []custody.Replanned `json:"replanned" doc:"Elsewhere, or left where they were, and why."`
	Waiting   []string            `json:"waiting" doc:"Must not be alone, and those planned into the same cell are still on their way."`
}

// CellsPlanned is the answer to the planning of a transfer.
type CellsPlanned struct {
	Reply
	Proposal *cells.Proposal `json:"proposal,omitempty" doc:"When the cells were proposed afresh."`
}

// KeepAparts are keep-apart orders, newest first.
type KeepAparts struct {
	KeepAparts []*custody.KeepApart `json:"keepAparts"`
	Total      int                  `json:"total"`
}

// Breaches are the breaches of hard rules of placement that stand.
type Breaches struct {
	At       time.Time        `json:"at"`
	Breaches []custody.Breach `json:"breaches"`
}

type keepApartsQuery struct {
	InForce bool  `query:"inForce" doc:"Only those in force now."`
	Before  int64 `query:"before" default:"-1" doc:"Those ordered by an entry before this one."`
	Limit   int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type breachesQuery struct {
	Establishment string `query:"establishment" maxLength:"60" doc:"Left out: everywhere."`
}

// cells registers who may be placed where, and plans.
func (d *door) cells() {
	command(d, "/people/{number}/assessments", "Assess with whom and where a person may be placed", func(ctx context.Context, c book.Command, number string, in *assessment) (book.Written, error) {
		return d.Cells.Assess(ctx, c, custody.Assessment{Person: number, Risk: in.Risk, With: in.With, Needs: in.Needs, NotAlone: in.NotAlone,
			PlacedWith: in.PlacedWith, Reason: in.Reason, Review: in.Review})
	})
	read(d, "/people/{number}/placing", "What decides where a person may be placed; looking is recorded", custody.ReadRecords, func(ctx context.Context, who *asker, q *lookQuery) (cells.Placing, error) {
		number, err := d.look(ctx, who, who.subject, q.Why)
		if err != nil {
			return cells.Placing{}, err
		}
		return d.Cells.Placing(number, d.Clock())
	})
	command(d, "/places/{code}/over-capacity", "Sign an order to go over certified capacity", func(ctx context.Context, c book.Command, code string, in *overCapacity) (book.Written, error) {
		return d.Cells.OrderOverCapacity(ctx, c, code, custody.OverCapacity{Capacity: in.Capacity, From: in.From, Until: in.Until, Reason: in.Reason})
	})
	command(d, "/places/{code}/designation", "Say whom a place is for and what it offers", func(ctx context.Context, c book.Command, code string, in *designation) (book.Written, error) {
		return d.Cells.Designate(ctx, c, code, custody.Designation(*in))
	})
	read(d, "/places/{code}/spaces", "The cells under a place: who is in them and how much room each has", custody.ReadRecords, func(_ context.Context, who *asker, _ *nothing) (cells.Spaces, error) {
		if err := d.seesPlace(who, who.subject); err != nil {
			return cells.Spaces{}, err
		}
		return d.Cells.Spaces(who.subject, d.Clock())
	})
	read(d, "/breaches", "The breaches of rules of placement that stand", custody.ReadRecords, func(_ context.Context, who *asker, q *breachesQuery) (Breaches, error) {
		where := q.Establishment
		if where == "" {
			where = custody.WholeService
		}
		if err := d.seesPlace(who, where); err != nil {
			return Breaches{}, err
		}
		now := d.Clock()
		return Breaches{now, d.Cells.Standing(q.Establishment, now)}, nil
	})
	d.keepAparts()
	d.plans()
}

// seesPlace refuses what tells who is where to those who may not see the place, and to an
// officer who counts while the count is open.
func (d *door) seesPlace(who *asker, place string) (err error) {
	d.Book.Read(func(s *custody.State) {
		if err = s.May(who.official.Name, custody.ReadRecords, place); err == nil {
			err = s.Sighted(who.official.Name)
		}
	})
	return err
}

func (d *door) keepAparts() {
	read(d, "/keep-aparts", "Keep-apart orders about people whom the official may see, newest first", custody.ReadRecords, func(_ context.Context, who *asker, q *keepApartsQuery) (KeepAparts, error) {
		list, total := d.Cells.KeepAparts(who.official.Name, q.InForce, q.Before, q.Limit, d.Clock())
		return KeepAparts{list, total}, nil
	})
	command(d, "/keep-aparts", "Order that people are kept apart", func(ctx context.Context, c book.Command, _ string, in *keepApart) (book.Written, error) {
		return d.Cells.KeepApart(ctx, c, custody.KeepApart{Members: in.Members, Level: in.Level, Pairwise: in.Pairwise == nil || *in.Pairwise,
			Reason: in.Reason, From: in.From, Until: in.Until})
	})
	command(d, "/keep-aparts/{id}/end", "End a keep-apart order", func(ctx context.Context, c book.Command, id string, in *reason) (book.Written, error) {
		return d.Cells.EndApart(ctx, c, id, in.Reason)
	})
	handle(d, operation{method: http.MethodPost, path: "/keep-apart-files", summary: "Read a list of keep-apart orders, row by row", maxBody: largeBody},
		func(ctx context.Context, who *asker, in *struct{ Body keepApartFile }) (*answer[cells.ApartReport], error) {
			file := cells.ApartFile{Name: in.Body.Name, File: strings.NewReader(in.Body.Content), Apply: in.Body.Apply}
			report, err := d.Cells.ImportAparts(ctx, book.Command{By: who.official.Name}, file, d.Clock())
			return &answer[cells.ApartReport]{report}, err
		})
}

func (d *door) plans() {
	handle(d, operation{method: http.MethodPost, path: "/cells/proposals", summary: "Propose who goes into which cell; nothing is recorded"},
		func(ctx context.Context, who *asker, in *wishBody) (*answer[cells.Proposal], error) {
			if err := d.sighted(who); err != nil {
				return nil, err
			}
			p, err := d.Cells.Propose(ctx, book.Command{By: who.official.Name}, cells.Wish(in.Body), d.Clock())
			return &answer[cells.Proposal]{p}, err
		})
	commandAnswering(d, operation{method: http.MethodPost, path: "/cells/plans", summary: "Carry a plan out: one order, each move judged again"}, func(ctx context.Context, c book.Command, _ string, in *planDecision) (cells.Outcome, error) {
		decided := cells.Decision{Mode: in.Mode, Transfer: in.Transfer, Happened: in.Happened}
		for _, m := range in.Moves {
			decided.Moves = append(decided.Moves, custody.CellOrder{Person: m.Person, To: m.Cell})
		}
		return d.Cells.Commit(ctx, c, decided)
	}, d.carriedOut)
	commandAnswering(d, operation{method: http.MethodPost, path: "/transfers/{id}/placements", summary: "Put people who wait in reception into their planned cells"}, func(ctx context.Context, c book.Command, id string, in *placements) (cells.Outcome, error) {
		return d.Cells.Place(ctx, c, id, in.People, in.Happened)
	}, d.carriedOut)
	type planned struct {
		written  book.Written
		proposal *cells.Proposal
	}
	commandAnswering(d, operation{method: http.MethodPost, path: "/transfers/{id}/cell-plan", summary: "Plan the cells of a transfer before it departs"}, func(ctx context.Context, c book.Command, id string, in *cellPlan) (planned, error) {
		given := make([]custody.PlannedCell, len(in.Cells))
		for i, m := range in.Cells {
			given[i] = custody.PlannedCell{Person: m.Person, Cell: m.Cell}
		}
		w, p, err := d.Cells.PlanTransfer(ctx, c, id, given, in.Seed, d.Clock())
		if len(given) > 0 || w.Replayed {
			return planned{w, nil}, err
		}
		return planned{w, &p}, err
	}, func(ctx context.Context, p planned, all bool) (CellsPlanned, error) {
		reply, err := d.reply(ctx, p.written, all)
		if err != nil {
			return CellsPlanned{}, err
		}
		return CellsPlanned{*reply, p.proposal}, nil
	})
}

func (d *door) carriedOut(ctx context.Context, o cells.Outcome, all bool) (CarriedOut, error) {
	reply, err := d.reply(ctx, o.Written, all)
	if err != nil {
		return CarriedOut{}, err
	}
	done := CarriedOut{Reply: *reply, Placed: o.Placed, Replanned: o.Replanned, Waiting: o.Waiting}
	if done.Replanned == nil {
		done.Replanned = []custody.Replanned{}
	}
	if done.Waiting == nil {
		done.Waiting = []string{}
	}
	return done, nil
}
