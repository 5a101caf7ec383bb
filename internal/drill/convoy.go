package drill

import (
	"context"
	"fmt"
	"time"

	"habeas.example/habeas/internal/custody"
)

// bus is one bus of a convoy, with the people who are to travel in it.
type bus struct {
	code   string
	seats  int
	people []string
}

// convoy is one transfer under way.
type convoy struct {
	*play
	id    string
	stage string
	start time.Time
	buses []bus

	unfit    string // withdrawn by the doctor before boarding
	diverted string // taken to hospital on the road
	stowaway string // boards a bus though not on the manifest
	lapsed   string // whose paper is found expired at the identification
	planned  bool   // the manifest carries the cells
	flooded  string // a planned cell that is taken out of use on the way
}

var waypoints = []custody.Waypoint{{Code: "PEAJE-NORTE", Name: "Peaje norte"}, {Code: "PUENTE-RIO", Name: "Puente del río"}, {Code: "DESVIO", Name: "Desvío a La Cumbre"}}

// order drafts, lists, equips and approves a transfer: drafted by one, approved by another.
func (c *convoy) order(ctx context.Context, manifest []string, source string) error {
	planner := c.as("planificadora")
	r, err := planner.order(ctx, "/transfers", map[string]any{"from": Origin, "to": Centre, "date": c.start.Format(time.DateOnly),
		"legalBasis": "Resolución 114-2026 de traslado ordinario (inventada)"})
	if err != nil {
		return err
	}
	c.id = r.ID
	c.outcome.Transfers = append(c.outcome.Transfers, c.id)
	vehicles := make([]map[string]any, len(c.buses))
	for i, b := range c.buses {
		vehicles[i] = map[string]any{"code": b.code, "seats": b.seats, "plate": fmt.Sprintf("N-%03d-%03d", 100+i, c.random.IntN(1000))}
	}
	units := []custody.Unit{{Name: "Primer batallón", Headcount: 400}, {Name: "Segundo batallón", Headcount: 400}, {Name: "Tercer batallón", Headcount: 400}}
	path := "/transfers/" + c.id
	for _, step := range []struct {
		path string
		body any
	}{
		{"/manifest", map[string]any{"source": source, "people": manifest}},
		{"/vehicles", map[string]any{"vehicles": vehicles}},
		{"/escort", custody.Escort{Corps: "Fuerza de tarea (inventada)", Commander: "Cnel. Arturo Lemus", Units: units, Helicopters: 3}},
		{"/waypoints", waypoints[0]}, {"/waypoints", waypoints[1]}, {"/waypoints", waypoints[2]},
	} {
		if _, err := planner.order(ctx, path+step.path, step.body); err != nil {
			return err
		}
	}
	if _, err := planner.order(ctx, path+"/approval", nil); !refusedWith(err, "not-permitted") {
		return fmt.Errorf("the author of %s could approve it: %v", c.id, err)
	}
	_, err = c.as("directora").order(ctx, path+"/approval", nil)
	return err
}

// load identifies, boards and counts everybody bus by bus, and hands each bus over to
// the escort: released by an official of the prison, received by an officer.
func (c *convoy) load(ctx context.Context) error {
	path := "/transfers/" + c.id
	return eachTeam(ctx, len(c.buses), func(ctx context.Context, i int) error {
		b := c.buses[i]
		c.Clock.advanceTo(c.start.Add(time.Duration(i/teams) * 25 * time.Minute))
		official, escort := c.team("origen", i), c.team("escolta", i)
		var travelling []string
		for _, person := range b.people {
			if err := official.get(ctx, "/people/"+person, nil); err != nil { // the record and its photograph beside the face
				return err
			}
			if person == c.unfit {
				if _, err := c.as("medica").order(ctx, path+"/withdrawals", map[string]any{"person": person, "reason": "unfit", "note": "Fiebre alta; no apto para el viaje"}); err != nil {
					return err
				}
				continue
			}
			travelling = append(travelling, person)
		}
		if _, err := official.order(ctx, path+"/identifications", map[string]any{"people": travelling}); err != nil {
			return err
		}
		ready := travelling
		for i, person := range travelling {
			if person == c.lapsed {
				ready = append(append([]string{}, travelling[:i]...), travelling[i+1:]...)
			}
		}
		if _, err := official.order(ctx, path+"/boardings", map[string]any{"vehicle": b.code, "people": ready}); err != nil {
			return err
		}
		if len(ready) < len(travelling) {
			if err := c.renewPaper(ctx, official, b.code); err != nil {
				return err
			}
		}
		if _, err := official.order(ctx, path+"/counts", map[string]any{"vehicle": b.code, "stage": "boarding", "counted": len(travelling)}); err != nil {
			return err
		}
		if err := handOver(ctx, official, escort, path+"/departure-offers", map[string]any{"vehicles": []string{b.code}}); err != nil {
			return err
		}
		c.Progress(c.stage, len(b.people))
		return nil
	})
}

// renewPaper is what happens to the one whose paper has expired: boarding is refused, the
// court's prolongation arrives, the records officer records it and answers for it.
func (c *convoy) renewPaper(ctx context.Context, official *session, vehicle string) error {
	board := map[string]any{"vehicle": vehicle, "people": []string{c.lapsed}}
	if _, err := official.order(ctx, "/transfers/"+c.id+"/boardings", board); !refusedWith(err, "no-live-authority") {
		return fmt.Errorf("%s could board on an expired paper: %v", c.lapsed, err)
	}
	now := c.Clock.Now()
	records := c.as("registro")
	paper := custody.Authority{Kind: custody.RemandOrder, Issuer: "Juzgado Primero de Instrucción", Case: "1-0417-2026", Grounds: "Prórroga de la detención provisional",
		From: now, Until: now.AddDate(0, 3, 0)}
	if _, err := records.order(ctx, "/people/"+c.lapsed+"/authorities", map[string]any{"authority": paper}); err != nil {
		return err
	}
	if err := c.resolve(ctx, records, c.lapsed, "", "Se recibió del juzgado la prórroga y quedó registrada antes de abordar."); err != nil {
		return err
	}
	_, err := official.order(ctx, "/transfers/"+c.id+"/boardings", board)
	return err
}

// handOver is a handover by two hands: one official offers, another accepts.
func handOver(ctx context.Context, giver, taker *session, path string, body any) error {
	r, err := giver.order(ctx, path, body)
	if err != nil {
		return err
	}
	_, err = taker.order(ctx, "/handovers/"+r.ID+"/acceptance", nil)
	return err
}

// travel counts every bus at every waypoint; on the second, one person is taken to hospital.
func (c *convoy) travel(ctx context.Context) error {
	path := "/transfers/" + c.id
	for w, waypoint := range waypoints {
		c.Clock.advanceTo(c.start.Add(4*time.Hour + time.Duration(w)*90*time.Minute))
		err := eachTeam(ctx, len(c.buses), func(ctx context.Context, i int) error {
			b, escort := c.buses[i], c.team("escolta", i)
			if w == 1 && contains(b.people, c.diverted) {
				_, err := escort.order(ctx, path+"/diversions", map[string]any{"person": c.diverted, "hospital": cityHospital, "note": "Dolor torácico; valorado por el paramédico"})
				if err != nil {
					return err
				}
			}
			_, err := escort.order(ctx, path+"/counts", map[string]any{"vehicle": b.code, "stage": "waypoint", "waypoint": waypoint.Code, "counted": c.aboard(b, w)})
			return err
		})
		if err != nil {
			return err
		}
		c.Progress(c.stage, len(c.buses))
	}
	return nil
}

// aboard is how many people really sit in a bus after waypoint w, by the drill's own knowledge.
func (c *convoy) aboard(b bus, w int) int {
	n := len(b.people)
	if contains(b.people, c.unfit) {
		n--
	}
	if contains(b.people, c.diverted) && w >= 1 {
		n--
	}
	if c.stowaway != "" && b.code == c.buses[1].code {
		n++
	}
	return n
}

// receive takes every bus in: arrival, count, handover to the centre, record beside the
// face, cell.
func (c *convoy) receive(ctx context.Context) error {
	path := "/transfers/" + c.id
	cell := map[string]string{}
	for _, b := range c.buses {
		for _, person := range b.people {
			if person != c.unfit && person != c.diverted && !c.planned {
				cell[person] = c.nextCell(person)
			}
		}
	}
	return eachTeam(ctx, len(c.buses), func(ctx context.Context, i int) error {
		b, escort, reception := c.buses[i], c.team("escolta", i), c.team("recepcion", i)
		c.Clock.advanceTo(c.start.Add(9*time.Hour + time.Duration(i/teams)*12*time.Minute))
		if _, err := escort.order(ctx, path+"/arrivals", map[string]any{"vehicle": b.code, "place": centreReception}); err != nil {
			return err
		}
		if _, err := reception.order(ctx, path+"/counts", map[string]any{"vehicle": b.code, "stage": "arrival", "counted": c.aboard(b, len(waypoints))}); err != nil {
			return err
		}
		if err := handOver(ctx, escort, reception, path+"/arrival-offers", map[string]any{"vehicles": []string{b.code}, "place": centreReception}); err != nil {
			return err
		}
		if c.stowaway != "" && i == 1 {
			if _, err := reception.order(ctx, path+"/unlisted", map[string]any{"number": c.stowaway, "place": centreReception}); err != nil {
				return err
			}
		}
		var moves []map[string]any
		for _, person := range b.people {
			if cell[person] == "" && !c.planned {
				continue
			}
			if err := reception.get(ctx, "/people/"+person, nil); err != nil {
				return err
			}
			moves = append(moves, map[string]any{"person": person, "to": cell[person]})
		}
		if c.planned {
			if err := c.settleIn(ctx, reception, b.people); err != nil {
				return err
			}
		} else if _, err := reception.order(ctx, "/moves", map[string]any{"moves": moves}); err != nil {
			return err
		}
		c.Progress(c.stage, len(b.people))
		return nil
	})
}

// nextCell fills the centre cell by cell, leaving two places free in each: the untried in
// the first half of the modules, the convicted in the second.
func (p *play) nextCell(person string) string {
	each, side := custody.CertifiedByArea(centreCellArea)-2, sideOf(p.convicted[person])
	n := p.cells[side]/each + side*modules/2*cellsInModule
	p.cells[side]++
	return centreCell(n/cellsInModule+1, n%cellsInModule+1)
}

// resolve answers for every open discrepancy of the transfer about a person or, with an
// empty person, about a vehicle.
func (c *convoy) resolve(ctx context.Context, by *session, person, kind, explanation string) error {
	var list struct {
		Discrepancies []custody.Discrepancy `json:"discrepancies"`
	}
	if err := c.as("jefe.servicio").get(ctx, "/discrepancies?open=true", &list); err != nil {
		return err
	}
	for _, d := range list.Discrepancies {
		if d.Transfer != c.id || d.Person != person || (kind != "" && d.Kind != kind) {
			continue
		}
		if _, err := by.order(ctx, "/discrepancies/"+d.ID+"/resolution", map[string]any{"explanation": explanation}); err != nil {
			return err
		}
	}
	return nil
}

func contains(list []string, one string) bool {
	for _, s := range list {
		if s == one && one != "" {
			return true
		}
	}
	return false
}
