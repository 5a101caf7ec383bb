package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"habeas.example/habeas/internal/allocate"
	"habeas.example/habeas/internal/allocate/packing"
)

type benchAllocateCommand struct {
	JSON      bool    `name:"json"`
	Full      bool    `env:"HABEAS_BENCH_FULL"`
	Seconds   float64 `env:"HABEAS_BENCH_SECONDS" default:"0.9" placeholder:"N"`
	Instances int     `env:"HABEAS_BENCH_INSTANCES" placeholder:"N"`
	Only      string  `env:"HABEAS_BENCH_ONLY" default:"all" enum:"all,estate,interval,arbitrary"`
	Class     []int   `env:"HABEAS_BENCH_CLASS" placeholder:"N,..."`
	Profile   string  `env:"HABEAS_BENCH_PROFILE" type:"path" placeholder:"FILE"`
}

// allocateFigures is what the benchmark measured.
type allocateFigures struct {
	Estate  []estateFigures  `json:"estate"`
	Packing []packingFigures `json:"packing"`
}

// estateFigures are of one plan in an invented estate.
type estateFigures struct {
	Places     int     `json:"places"`
	Held       int     `json:"held"`
	Arrivals   int     `json:"arrivals"`
	Groups     int     `json:"keep_apart_groups"`
	Pairs      int     `json:"keep_apart_pairs"`
	PlanMS     float64 `json:"plan_ms"`      // median of the runs
	WorstMS    float64 `json:"worst_ms"`     // of the runs
	Violations int     `json:"violations"`   // as the independent judge finds them
	Unplaced   int     `json:"unplaced"`     //
	Opened     int     `json:"cells_opened"` //
	LowerBound int     `json:"lower_bound"`
	AbovePct   float64 `json:"above_bound_percent"`
	// Certificate names the argument and its figures, class by class; it was verified.
	Certificate allocate.Certificate `json:"certificate"`
}

// packingFigures are of the instances of one class, over all its densities.
type packingFigures struct {
	Graph     string          `json:"conflicts"` // "interval" as published, or "arbitrary"
	Class     int             `json:"class"`
	Items     int             `json:"items"`
	Instances int             `json:"instances"`
	Proven    int             `json:"proven_optimal"`
	MaxAbove  int             `json:"max_bins_above_bound"`
	MeanPct   float64         `json:"mean_above_bound_percent"`
	MeanS     float64         `json:"mean_seconds"`
	MaxS      float64         `json:"max_seconds"`
	Densities []densityFigure `json:"densities"`
}

type densityFigure struct {
	Tenths     int   `json:"tenths"`
	Bins       []int `json:"bins"`
	LowerBound []int `json:"lower_bound"`
}

func (c *benchAllocateCommand) Run(ctx context.Context, t *terminal) (err error) {
	stop, err := benchStore{Profile: c.Profile}.profile()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	var f allocateFigures
	if c.Only == "all" || c.Only == "estate" {
		if f.Estate, err = c.estates(ctx, t); err != nil {
			return err
		}
	}
	if c.Only != "estate" {
		if f.Packing, err = c.classes(ctx, t); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(t, f)
	}
	return nil
}

// estates plans arrivals of several sizes.
func (c *benchAllocateCommand) estates(ctx context.Context, t *terminal) (list []estateFigures, err error) {
	for _, e := range []struct{ held, arrivals int }{{20000, 2000}, {0, 4000}, {0, 500}, {0, 2000}, {0, 8000}, {0, 32000}} {
		figures, err := c.estate(ctx, t, e.held, e.arrivals)
		if err != nil {
			return nil, err
		}
		list = append(list, figures)
		if !c.JSON {
			fmt.Fprintf(t.out, "%5d arrivals, %5d held: %6.1f ms (worst %6.1f), %d violations, %d unplaced, %d cells opened, at least %d needed (%.2f %% above)\n",
				figures.Arrivals, figures.Held, figures.PlanMS, figures.WorstMS, figures.Violations, figures.Unplaced, figures.Opened, figures.LowerBound, figures.AbovePct)
		}
	}
	return list, nil
}

// classes solves the classes asked for, all of them unless told, with conflicts as published and arbitrary ones.
func (c *benchAllocateCommand) classes(ctx context.Context, t *terminal) (list []packingFigures, err error) {
	instances := c.Instances
	switch {
	case instances > 0:
	case c.Full:
		instances = 10
	default:
		instances = 2
	}
	for _, graph := range []string{"interval", "arbitrary"} {
		for class := 1; class <= 8; class++ {
			if c.Only != "all" && c.Only != graph || len(c.Class) > 0 && !slices.Contains(c.Class, class) {
				continue
			}
			figures, err := c.packing(ctx, t, graph, class, instances)
			if err != nil {
				return nil, err
			}
			list = append(list, figures)
			if !c.JSON {
				fmt.Fprintf(t.out, "%s class %d, %4d items: %d of %d proven optimal, at most %d above, %.3f %% on average, %.2f s (at most %.2f)\n",
					graph, class, figures.Items, figures.Proven, figures.Instances, figures.MaxAbove, figures.MeanPct, figures.MeanS, figures.MaxS)
			}
		}
	}
	return list, nil
}

// estate plans arrivals into an invented estate several times, and judges the plan.
func (c *benchAllocateCommand) estate(ctx context.Context, t *terminal, held, arrivals int) (f estateFigures, err error) {
	const groups, pairs, runs = 40, 5000, 5
	p := inventEstate(held, arrivals, groups, pairs)
	for _, cell := range p.Cells {
		f.Places += cell.Capacity
	}
	f.Held, f.Arrivals, f.Groups, f.Pairs = held, arrivals, groups, len(p.Apart)-groups
	var plan allocate.Plan
	var took []time.Duration
	for range runs {
		if err := ctx.Err(); err != nil {
			return f, err
		}
		begun := t.clock()
		plan = allocate.Solve(p, allocate.Options{Seed: 1})
		took = append(took, t.clock().Sub(begun))
	}
	f.PlanMS, f.WorstMS = quantile(took, 0.5), quantile(took, 1)
	f.Violations, f.Unplaced = len(allocate.Check(p, plan.Assignment)), len(plan.Unplaced)
	f.Opened, f.LowerBound, f.Certificate = plan.Opened, plan.LowerBound, plan.Certificate
	if f.LowerBound > 0 {
		f.AbovePct = 100 * float64(f.Opened-f.LowerBound) / float64(f.LowerBound)
	}
	return f, plan.Certificate.Verify(p, plan.Assignment)
}

// packing solves instances of one class at each density, and checks every answer.
func (c *benchAllocateCommand) packing(ctx context.Context, t *terminal, graph string, class, instances int) (packingFigures, error) {
	f := packingFigures{Graph: graph, Class: class}
	total, seconds := 0.0, 0.0
	for tenths := range 10 {
		if graph == "arbitrary" && tenths == 0 {
			continue // no conflicts: the same as the other
		}
		d := densityFigure{Tenths: tenths}
		for seed := range instances {
			if err := ctx.Err(); err != nil {
				return f, err
			}
			in := packing.Class(class, tenths, uint64(seed+1))
			if graph == "arbitrary" {
				in = packing.Arbitrary(class, tenths, uint64(seed+1))
			}
			begun := t.clock()
			stop := func() bool { return t.clock().Sub(begun).Seconds() > c.Seconds }
			answer := packing.Solve(in, packing.Options{Seed: 1, Effort: endless, Stop: stop})
			took := t.clock().Sub(begun).Seconds()
			if err := in.Check(answer.Bins); err != nil {
				return f, err
			}
			f.Items = len(in.Weights)
			f.Instances++
			if answer.Count == answer.LowerBound {
				f.Proven++
			}
			f.MaxAbove = max(f.MaxAbove, answer.Count-answer.LowerBound)
			total += 100 * float64(answer.Count-answer.LowerBound) / float64(answer.LowerBound)
			seconds += took
			f.MaxS = max(f.MaxS, took)
			d.Bins, d.LowerBound = append(d.Bins, answer.Count), append(d.LowerBound, answer.LowerBound)
		}
		f.Densities = append(f.Densities, d)
	}
	f.MeanPct, f.MeanS = total/float64(f.Instances), seconds/float64(f.Instances)
	return f, nil
}
