package drill

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"habeas.example/habeas/internal/custody"
)

const (
	portraits  = 160 // about how many people have a photograph on the record
	travellers = 12  // on the small transfer of the morning after
	// Whose paper lapses in the morning does so at lapsesAt, and the day goes on at morningAt:
	// both after the beginning of the second night's loading.
	lapsesAt  = 12*time.Hour + 30*time.Minute
	morningAt = 12*time.Hour + 45*time.Minute
)

// morning is what the night leaves for whoever looks now: one person is at court and one in
// hospital for longer than was said, one is held past the end of their paper, and a small
// transfer back to the origin waits for the hand of the escort.
func (p *play) morning(ctx context.Context, night time.Time) error {
	p.Stage("morning", 2+travellers)
	p.Clock.advanceTo(night.Add(morningAt))
	now, duty := p.Clock.Now(), p.as("jefe.servicio")
	third := len(p.first) / 3
	for person, out := range map[string]map[string]any{
		p.first[third]:   {"destination": "TRIBUNAL-1", "escort": "Agte. de custodia Rosa Ayala", "reason": "Audiencia inicial", "dueBack": now.Add(7 * time.Hour)},
		p.first[third+1]: {"destination": cityHospital, "escort": "Agte. de custodia Iván Recinos", "reason": "Radiografía de muñeca", "dueBack": now.Add(10 * time.Minute)},
	} {
		if _, err := duty.order(ctx, "/people/"+person+"/outings", out); err != nil {
			return err
		}
		p.Progress("morning", 1)
	}
	return p.wayBack(ctx, now)
}

// wayBack plans and loads a small transfer back to the origin prison: the first van is
// boarded, counted and offered to the escort, the second still stands empty.
func (p *play) wayBack(ctx context.Context, now time.Time) error {
	people := slices.DeleteFunc(slices.Clone(p.portrayed), func(person string) bool { return p.convicted[person] || person == p.lapsing })
	people = people[max(0, len(people)-travellers):]
	first := people[:len(people)*2/3]
	planner, reception := p.as("planificadora"), p.team("recepcion", 0)
	place, err := time.LoadLocation(zone)
	if err != nil {
		return fmt.Errorf("the zone of the centre: %w", err)
	}
	r, err := planner.order(ctx, "/transfers", map[string]any{"from": Centre, "to": Origin, "date": now.In(place).Format(time.DateOnly),
		"legalBasis": "Resolución 131-2026, audiencias en San Mateo (inventada)"})
	if err != nil {
		return err
	}
	p.outcome.Transfers = append(p.outcome.Transfers, r.ID)
	path := "/transfers/" + r.ID
	for _, step := range []struct {
		by   *session
		path string
		body any
	}{
		{planner, "/manifest", map[string]any{"source": "audiencias-san-mateo.xlsx", "people": people}},
		{planner, "/vehicles", map[string]any{"vehicles": []map[string]any{{"code": "M01", "seats": 10, "plate": "N-201-114"}, {"code": "M02", "seats": 10, "plate": "N-201-115"}}}},
		{planner, "/escort", custody.Escort{Corps: "Sección de traslados (inventada)", Commander: "Sgto. Luis Cañas", Units: []custody.Unit{{Name: "Custodios", Headcount: 8}}}},
		{p.as("directora"), "/approval", nil},
		{planner, "/cell-plan", nil},
		{reception, "/identifications", map[string]any{"people": first}},
		{reception, "/boardings", map[string]any{"vehicle": "M01", "people": first}},
		{reception, "/counts", map[string]any{"vehicle": "M01", "stage": "boarding", "counted": len(first)}},
		{reception, "/departure-offers", map[string]any{"vehicles": []string{"M01"}}},
	} {
		if _, err := step.by.order(ctx, path+step.path, step.body); err != nil {
			return err
		}
	}
	p.Progress("morning", travellers)
	return nil
}

// portray puts photographs on the records of some who are about to be admitted: drawings,
// of nobody.
func (p *play) portray(ctx context.Context, people []custody.Admission) error {
	random := rand.New(rand.NewPCG(p.Seed, 0x706f727472616974))
	for i := 0; i < len(people); i += max(1, len(people)/portraits) {
		var picture bytes.Buffer
		if err := png.Encode(&picture, portrait(random)); err != nil {
			return fmt.Errorf("draw a portrait: %w", err)
		}
		var kept struct {
			Hash string `json:"hash"`
		}
		if err := p.team("origen", 0).call(ctx, http.MethodPut, "/attachments", picture.Bytes(), &kept); err != nil {
			return err
		}
		people[i].Person.Photograph = kept.Hash
	}
	return nil
}

// portrait draws a head and shoulders in plain colours.
func portrait(r *rand.Rand) image.Image {
	const w, h = 120, 150
	shades := color.Palette{
		color.RGBA{0xd5, 0xdd, 0xe3, 0xff}, // the wall
		color.RGBA{uint8(60 + r.IntN(60)), uint8(70 + r.IntN(60)), uint8(90 + r.IntN(80)), 0xff},
		color.RGBA{uint8(130 + r.IntN(80)), uint8(90 + r.IntN(50)), uint8(65 + r.IntN(40)), 0xff},
		color.RGBA{uint8(20 + r.IntN(50)), uint8(15 + r.IntN(30)), uint8(10 + r.IntN(20)), 0xff},
	}
	const wall, shirt, skin, hair = 0, 1, 2, 3
	face, tall, fringe := 24+r.IntN(6), 30+r.IntN(6), 38+r.IntN(12)
	inside := func(x, y, cx, cy, rx, ry int) bool {
		dx, dy := float64(x-cx)/float64(rx), float64(y-cy)/float64(ry)
		return dx*dx+dy*dy <= 1
	}
	picture := image.NewPaletted(image.Rect(0, 0, w, h), shades)
	for y := range h {
		for x := range w {
			at := uint8(wall)
			switch {
			case inside(x, y, w/2, 62, face, tall) && y > fringe:
				at = skin
			case inside(x, y, w/2, 58, face+3, tall+3) && y < 62:
				at = hair
			case inside(x, y, w/2, h, 50, 46):
				at = shirt
			case x > w/2-10 && x < w/2+10 && y > 62 && y < h-36:
				at = skin
			}
			picture.SetColorIndex(x, y, at)
		}
	}
	return picture
}
