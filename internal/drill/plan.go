package drill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// Some cells of the centre are for wheelchairs, on the ground floor.
var wheelchairCells = []string{centreCell(3, 1), centreCell(3, 2), centreCell(7, 1), centreCell(7, 2)}

// codefendants gives people of the second transfer a case in common, three by three.
func codefendants(people []custody.Admission) {
	for i := range people {
		if n := i % 20; n == 1 || n == 2 {
			people[i].Authorities[0].Case = people[i-n].Authorities[0].Case
		}
	}
}

// prepareCells says what decides where people may be placed: what cells offer, what health
// staff found, and who is kept apart from whom.
func (c *convoy) prepareCells(ctx context.Context, people []string) error {
	for _, cell := range wheelchairCells {
		if _, err := c.as("ingeniera").order(ctx, "/places/"+cell+"/designation", custody.Designation{Features: []string{custody.GroundFloor, custody.Wheelchair}}); err != nil {
			return err
		}
	}
	for i, person := range people {
		body := map[string]any{}
		switch i % 100 {
		case 13:
			body = map[string]any{"needs": []string{custody.Wheelchair}, "reason": "Usa silla de ruedas"}
		case 57:
			body = map[string]any{"notAlone": true, "reason": "Antecedente de autolesión"}
		case 91:
			if i%500 == 91 {
				body = map[string]any{"risk": custody.HighRisk, "reason": "Agresión a un compañero de celda, hace una semana"}
			}
		}
		if len(body) == 0 {
			continue
		}
		if _, err := c.as("medica").order(ctx, "/people/"+person+"/assessments", body); err != nil {
			return err
		}
	}
	levels := []custody.Level{custody.CellLevel, custody.LandingLevel, custody.WingLevel}
	for i := 0; i+9 < len(people); i += 40 {
		members, reason := []string{people[i+3], people[i+8]}, "Amenazas entre ambos"
		if i%400 == 0 {
			members, reason = people[i+3:i+7], "Grupos enfrentados"
		}
		body := map[string]any{"members": members, "level": levels[i/40%len(levels)], "reason": reason}
		if _, err := c.as("registro").order(ctx, "/keep-aparts", body); err != nil {
			return err
		}
	}
	return nil
}

// planCells plans a cell for everybody on the manifest before anybody departs.
func (c *convoy) planCells(ctx context.Context) error {
	if _, err := c.as("planificadora").order(ctx, "/transfers/"+c.id+"/cell-plan", nil); err != nil {
		return err
	}
	c.planned = true
	return nil
}

// troubleOnTheWay changes, once the convoy has left, what the plan rests on: a planned cell is
// flooded, and two people who were to share one are kept apart.
func (c *convoy) troubleOnTheWay(ctx context.Context) error {
	var manifest struct {
		Lines []custody.Line `json:"lines"`
	}
	if err := c.as("planificadora").get(ctx, "/transfers/"+c.id+"/manifest?limit=5000", &manifest); err != nil {
		return err
	}
	in := map[string][]string{}
	var cells []string // in the order of the manifest
	for _, l := range manifest.Lines {
		if len(in[l.Cell]) == 0 {
			cells = append(cells, l.Cell)
		}
		in[l.Cell] = append(in[l.Cell], l.Person)
	}
	flooded, shared := "", ""
	for _, cell := range cells {
		var place struct {
			People []struct{} `json:"people"`
		}
		if cell == "" {
			return fmt.Errorf("%d people of %s have no cell", len(in[""]), c.id)
		}
		if err := c.as("control").get(ctx, "/people?limit=1&under="+cell, &place); err != nil {
			return err
		}
		switch empty := len(place.People) == 0; {
		case empty && (flooded == "" || len(in[cell]) < len(in[flooded])):
			flooded = cell // nobody is in it yet, so that it can be taken out of use
		case shared == "" && len(in[cell]) > 1:
			shared = cell
		}
	}
	c.Clock.advanceTo(c.start.Add(8 * time.Hour))
	if c.flooded = flooded; flooded != "" {
		if _, err := c.as("ingeniera").order(ctx, "/places/"+flooded+"/out-of-use", map[string]any{"reason": "Fuga de agua"}); err != nil {
			return err
		}
	}
	if shared == "" {
		return nil
	}
	_, err := c.as("registro").order(ctx, "/keep-aparts", map[string]any{"members": in[shared][:2], "level": custody.CellLevel, "reason": "Riña en el autobús"})
	return err
}

// settleIn puts the people of a bus, who wait in reception, into their cells: those that
// were planned, or where the plan no longer holds those that will do now.
func (c *convoy) settleIn(ctx context.Context, reception *session, people []string) error {
	_, err := reception.order(ctx, "/transfers/"+c.id+"/placements", map[string]any{"people": people})
	return err
}

// settleLast puts those into their cells who waited for company that came on a later bus, and
// brings the flooded cell, which is dry again, back into use.
func (c *convoy) settleLast(ctx context.Context) error {
	_, err := c.team("recepcion", 0).order(ctx, "/transfers/"+c.id+"/placements", nil)
	if err != nil && !refusedWith(err, "transfer-without-plan") { // as it is when nobody waits
		return err
	}
	if c.flooded != "" {
		_, err = c.as("ingeniera").order(ctx, "/places/"+c.flooded+"/in-use", nil)
		return err
	}
	return nil
}

// resident is one of the people of a place as the API lists them.
type resident struct {
	Number string `json:"number"`
	Place  string `json:"place"`
}

// residents are the people of the centre, by prison number, and where each is.
func (p *play) residents(ctx context.Context) (all []resident, err error) {
	const page = 1000
	for after := ""; ; after = all[len(all)-1].Number {
		var list struct {
			People []resident `json:"people"`
		}
		if err := p.as("control").get(ctx, fmt.Sprintf("/people?limit=%d&under=%s&after=%s", page, Centre, after), &list); err != nil {
			return nil, err
		}
		all = append(all, list.People...)
		if len(list.People) < page {
			return all, nil
		}
	}
}

// separate answers for those who were together when it was ordered that they be kept apart,
// and whom the plan of cells has separated. Who still is together stays a discrepancy.
func (c *convoy) separate(ctx context.Context) error {
	duty := c.as("jefe.servicio")
	var standing struct {
		Breaches []custody.Breach `json:"breaches"`
	}
	var open struct {
		Discrepancies []custody.Discrepancy `json:"discrepancies"`
	}
	residents, err := c.residents(ctx)
	if err := errors.Join(err, duty.get(ctx, "/breaches?establishment="+Centre, &standing), duty.get(ctx, "/discrepancies?open=true", &open)); err != nil {
		return err
	}
	cell := map[string]string{}
	for _, r := range residents {
		cell[r.Number] = r.Place
	}
	together := map[string]bool{}
	for _, b := range standing.Breaches {
		for _, person := range b.People {
			together[person] = together[person] || b.Code == "kept-apart"
		}
	}
	for _, d := range open.Discrepancies {
		members := strings.Split(d.Params["people"], ", ")
		if d.Kind != "kept-apart-together" || slices.ContainsFunc(members, func(person string) bool { return together[person] || cell[person] == "" }) {
			continue
		}
		var now []string
		for _, person := range members {
			now = append(now, person+" en "+cell[person])
		}
		answer := map[string]any{"explanation": "Separadas al alojarlas después del traslado: " + strings.Join(now, ", ") + "."}
		if _, err := duty.order(ctx, "/discrepancies/"+d.ID+"/resolution", answer); err != nil {
			return err
		}
	}
	return nil
}
