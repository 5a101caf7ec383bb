package drill

import (
	"context"
	"fmt"
	"time"
)

// fill puts people into buses of mixed sizes, in order, until everybody has a seat.
func (p *play) fill(people []string) []bus {
	var list []bus
	for len(people) > 0 {
		seats := pick(p.random, []int{60, 52, 52, 44, 30})
		n := min(seats, len(people))
		list = append(list, bus{code: fmt.Sprintf("B%02d", len(list)+1), seats: seats, people: people[:n]})
		people = people[n:]
	}
	return list
}

// firstTransfer is the night nineteen days ago: one unfit to travel, one taken to
// hospital who arrives later, one who boards without being on the list.
func (p *play) firstTransfer(ctx context.Context, night time.Time) error {
	c := &convoy{play: p, stage: "first", start: night, buses: p.fill(p.first)}
	c.unfit = c.buses[0].people[7]
	c.diverted = c.buses[len(c.buses)/2].people[3]
	c.stowaway = p.second[11]
	p.Stage(c.stage, 2*len(p.first)+len(waypoints)*len(c.buses))
	p.Clock.advanceTo(night.Add(-8 * time.Hour))
	if err := c.order(ctx, p.first, "nomina-primer-traslado.xlsx"); err != nil {
		return err
	}
	for _, act := range []func(context.Context) error{c.load, c.travel, c.receive} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	duty := c.as("jefe.servicio")
	if _, err := duty.order(ctx, "/transfers/"+c.id+"/closing", nil); !refusedWith(err, "transfer-not-settled") {
		return fmt.Errorf("%s could be closed with discrepancies open: %v", c.id, err)
	}
	p.Clock.advanceTo(night.Add(12 * time.Hour))
	if err := c.resolve(ctx, duty, c.stowaway, "", "Abordó por error en lugar de otro; identificado en recepción. Su mandato es el que consta. Se avisó a San Mateo."); err != nil {
		return err
	}
	if err := c.resolve(ctx, duty, "", "count-differs", "Sobraba una persona fuera de nómina, identificada y registrada al llegar."); err != nil {
		return err
	}
	if _, err := duty.order(ctx, "/transfers/"+c.id+"/closing", nil); err != nil {
		return err
	}
	// The one in hospital is discharged in the afternoon and brought in by the escort.
	p.Clock.advanceTo(night.Add(18 * time.Hour))
	offer := map[string]any{"people": []string{c.diverted}, "place": centreReception}
	if err := handOver(ctx, c.team("escolta", 0), c.team("recepcion", 0), "/transfers/"+c.id+"/arrival-offers", offer); err != nil {
		return err
	}
	p.Clock.advanceTo(night.Add(18*time.Hour + 30*time.Minute))
	moves := []map[string]any{{"person": c.diverted, "to": "CCT-ENF"}, {"person": c.stowaway, "to": p.nextCell(c.stowaway)}}
	if _, err := c.team("recepcion", 0).order(ctx, "/moves", map[string]any{"moves": moves}); err != nil {
		return err
	}
	// Who is still at the origin travels the second time.
	rest := []string{c.unfit}
	for _, person := range p.second {
		if person != c.stowaway {
			rest = append(rest, person)
		}
	}
	p.second = rest
	return nil
}

// secondTransfer arrives at dawn with a plan of cells: one is listed twice, and one's paper
// has expired; on the way a planned cell is flooded and two people have to be kept apart.
func (p *play) secondTransfer(ctx context.Context, night time.Time) error {
	// The one whose paper expired boards the last bus, when the court has answered.
	people := make([]string, 0, len(p.second))
	for _, person := range p.second {
		if person != p.expiring {
			people = append(people, person)
		}
	}
	people = append(people, p.expiring)
	c := &convoy{play: p, stage: "second", start: night, buses: p.fill(people), lapsed: p.expiring}
	p.Stage(c.stage, 2*len(people)+len(waypoints)*len(c.buses))
	p.Clock.advanceTo(night.Add(-8 * time.Hour))
	manifest := append(append([]string{}, people...), people[42])
	if err := c.order(ctx, manifest, "nomina-segundo-traslado.xlsx"); err != nil {
		return err
	}
	if err := c.prepareCells(ctx, people); err != nil {
		return err
	}
	for _, act := range []func(context.Context) error{c.planCells, c.load, c.travel, c.troubleOnTheWay, c.receive, c.settleLast, c.separate} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	p.Clock.advanceTo(night.Add(11*time.Hour + 45*time.Minute))
	_, err := c.as("jefe.servicio").order(ctx, "/transfers/"+c.id+"/closing", nil)
	return err
}
