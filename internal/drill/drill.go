package drill

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"habeas.example/habeas/internal/custody"
)

// Config says what to play, and where.
type Config struct {
	BaseURL  string            // of the server, e.g. "http://127.0.0.1:8080"
	HTTP     *http.Client      // nil: http.DefaultClient
	Clock    *Clock            // the server's clock, which the drill moves on
	Now      time.Time         // the real time: the second transfer arrives at the last dawn before it
	People   int               // how many people to invent; half travel on each transfer
	Seed     uint64            // the same seed invents the same people and the same trouble
	Engineer Credential        // who sets the service up; appointed before the drill starts
	Password func() string     // makes a password for each official that the drill appoints
	Progress func(string, int) // stage and how many more of its steps are done; may be nil
	Stage    func(string, int) // a stage begins, with how many steps; may be nil
}

// Credential is a user name and its password.
type Credential struct{ Name, Password string }

// Outcome is what the drill leaves behind for whoever goes on with it.
type Outcome struct {
	Officials []Credential
	Transfers []string
	Counts    []string
	Commands  int64 // how many commands were sent, refused ones included
}

// EngineerOf is the official who sets the invented service up.
func EngineerOf() custody.Official {
	first := cast()[0]
	return custody.Official{Name: first.name, FullName: first.fullName, Roles: first.roles}
}

// play is a drill under way.
type play struct {
	Config
	random    *rand.Rand
	run       string
	sessions  map[string]*session
	outcome   Outcome
	first     []string // prison numbers of those invented for the first transfer
	second    []string
	expiring  string   // whose paper lapses two days before the second transfer
	lapsing   string   // whose paper lapses in the morning after it
	portrayed []string // who has a photograph on the record, by prison number
	carried   []*handheld
	cells     [2]int // places filled in the centre so far, by the untried and by the convicted
	convicted map[string]bool
}

// Play sets the service up and plays both transfers. It fails at the first call that is
// refused and should not be, or accepted and should not be.
func Play(ctx context.Context, c Config) (Outcome, error) {
	// Fewer would not fill two buses, and the drill's trouble needs a second.
	if c.People < 200 || c.People > 10000 {
		return Outcome{}, fmt.Errorf("play the drill: %d people, not between 200 and 10,000", c.People)
	}
	if c.HTTP == nil {
		c.HTTP = http.DefaultClient
	}
	if c.Stage == nil {
		c.Stage = func(string, int) {}
	}
	if c.Progress == nil {
		c.Progress = func(string, int) {}
	}
	p := &play{Config: c, random: rand.New(rand.NewPCG(c.Seed, 0x68616265617300)), run: fmt.Sprintf("drill-%d", c.Seed), sessions: map[string]*session{}, convicted: map[string]bool{}}
	firstNight, secondNight := Nights(c.Now)
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"appoint the officials", p.appoint},
		{"open the places", p.openPlaces},
		{"admit the people", func(ctx context.Context) error { return p.admit(ctx, firstNight, secondNight) }},
		{"first transfer", func(ctx context.Context) error { return p.firstTransfer(ctx, firstNight) }},
		{"second transfer", func(ctx context.Context) error { return p.secondTransfer(ctx, secondNight) }},
		{"count of the centre", func(ctx context.Context) error { return p.countCentre(ctx, secondNight) }},
		{"the morning after", func(ctx context.Context) error { return p.morning(ctx, secondNight) }},
	}
	for _, step := range steps {
		if err := step.do(ctx); err != nil {
			return Outcome{}, fmt.Errorf("play the drill: %s: %w", step.name, err)
		}
	}
	for _, s := range p.sessions {
		p.outcome.Commands += s.sent.Load()
	}
	for _, h := range p.carried {
		p.outcome.Commands += h.sent.Load()
	}
	return p.outcome, nil
}

// appoint signs the engineer in, who appoints the others; each then signs in too.
func (p *play) appoint(ctx context.Context) error {
	people := cast()
	p.Stage("appoint", len(people))
	engineer, err := signIn(ctx, p.HTTP, p.BaseURL, p.Engineer, p.run)
	if err != nil {
		return err
	}
	p.sessions[p.Engineer.Name] = engineer
	p.outcome.Officials = append(p.outcome.Officials, p.Engineer)
	p.Progress("appoint", 1)
	return nil
}

// appointRest appoints the officials of the two establishments, once these are open.
func (p *play) appointRest(ctx context.Context) error {
	for _, o := range cast()[1:] {
		password := p.Password()
		if slices.Contains(o.roles, custody.Monitor) {
			if err := p.appointMonitor(ctx, o, password); err != nil {
				return err
			}
			continue
		}
		_, err := p.as("ingeniera").order(ctx, "/officials", map[string]any{"password": password,
			"official": custody.Official{Name: o.name, FullName: o.fullName, Roles: o.roles, Establishment: o.establishment}})
		if err != nil {
			return err
		}
		s, err := signIn(ctx, p.HTTP, p.BaseURL, Credential{o.name, password}, p.run)
		if err != nil {
			return err
		}
		p.sessions[o.name] = s
		p.outcome.Officials = append(p.outcome.Officials, Credential{o.name, password})
		p.Progress("appoint", 1)
	}
	return nil
}

// appointMonitor appoints the monitor as nobody can alone: the engineer proposes, the
// governor confirms, and each gives one half of the way in.
func (p *play) appointMonitor(ctx context.Context, o officialCast, password string) error {
	keys := []*session{p.as("ingeniera"), p.as("directora")}
	proposed, err := keys[0].order(ctx, "/monitors/changes", map[string]any{"act": custody.AppointMonitor, "reason": "Designación del mecanismo nacional de prevención",
		"appointment": custody.Official{Name: o.name, FullName: o.fullName, Roles: o.roles, Establishment: o.establishment}})
	if err != nil {
		return err
	}
	if _, err := keys[1].order(ctx, "/monitors/changes/"+proposed.ID+"/confirmation", nil); err != nil {
		return err
	}
	var codes [2]string
	for i, key := range keys {
		var half struct {
			Code string `json:"code"`
		}
		if err := key.call(ctx, http.MethodPost, "/officials/"+o.name+"/recovery", struct{}{}, &half); err != nil {
			return err
		}
		codes[i] = half.Code
	}
	if err := keys[0].send(ctx, http.MethodPost, "/recovery", "", map[string]any{"name": o.name, "codes": codes, "password": password}, nil); err != nil {
		return err
	}
	s, err := signIn(ctx, p.HTTP, p.BaseURL, Credential{o.name, password}, p.run)
	if err != nil {
		return err
	}
	p.sessions[o.name] = s
	p.outcome.Officials = append(p.outcome.Officials, Credential{o.name, password})
	p.Progress("appoint", 1)
	return nil
}

func (p *play) as(name string) *session { return p.sessions[name] }

func (p *play) team(kind string, n int) *session {
	return p.sessions[fmt.Sprintf("%s%d", kind, n%teams+1)]
}

func (p *play) openPlaces(ctx context.Context) error {
	places := estate()
	p.Stage("places", len(places))
	for len(places) > 0 {
		n := min(100, len(places))
		if _, err := p.as("ingeniera").order(ctx, "/places", map[string]any{"places": places[:n]}); err != nil {
			return err
		}
		places = places[n:]
		p.Progress("places", n)
	}
	if err := p.appointRest(ctx); err != nil {
		return err
	}
	// The governor signs an operational capacity for the cells of the first module, a
	// little under what the area allows: two places a cell are kept free for repairs.
	for c := 1; c <= cellsInModule; c++ {
		order := map[string]any{"capacity": custody.CertifiedByArea(centreCellArea) - 2, "from": p.Clock.Now(), "reason": "Reparaciones sanitarias"}
		if _, err := p.as("directora").order(ctx, "/places/"+centreCell(1, c)+"/capacity", order); err != nil {
			return err
		}
	}
	return nil
}

// batch is how many people one command names: at most the entries that a reply lists.
const batch = 100

// admit admits everybody at the origin prison, some weeks before the first transfer, and
// gives each a cell there.
func (p *play) admit(ctx context.Context, firstNight, secondNight time.Time) error {
	p.Clock.advanceTo(firstNight.AddDate(0, 0, -30))
	people := arrivals(p.random, p.People, firstNight)
	half := p.People / 2
	lapsing := half + half/3
	people[lapsing].Authorities[0].Kind = custody.RemandOrder
	people[lapsing].Authorities[0].Until = secondNight.AddDate(0, 0, -2)
	held := &people[half/2].Authorities[0]
	held.Kind, held.Until = custody.RemandOrder, secondNight.Add(lapsesAt)
	codefendants(people[half:])
	if err := p.portray(ctx, people); err != nil {
		return err
	}
	p.Stage("admit", p.People)
	next := originCellsOf(people)
	var numbers []string
	for from := 0; from < len(people); from += batch {
		group := people[from:min(from+batch, len(people))]
		list := make([]map[string]any, len(group))
		for i, a := range group {
			list[i] = map[string]any{"place": originReception, "person": a.Person, "authorities": a.Authorities, "property": "Inventario al ingreso firmado"}
		}
		r, err := p.team("origen", from/batch).order(ctx, "/admissions", map[string]any{"arrivals": list})
		if err != nil {
			return err
		}
		moves := make([]map[string]any, len(r.Entries))
		for i, e := range r.Entries {
			convicted := group[i].Authorities[0].Kind == custody.Sentence
			p.convicted[e.Person] = convicted
			moves[i] = map[string]any{"person": e.Person, "to": next(convicted)}
			numbers = append(numbers, e.Person)
			if group[i].Person.Photograph != "" {
				p.portrayed = append(p.portrayed, e.Person)
			}
		}
		if _, err := p.team("origen", from/batch).order(ctx, "/moves", map[string]any{"moves": moves}); err != nil {
			return err
		}
		p.Progress("admit", len(group))
	}
	if len(numbers) != p.People {
		return fmt.Errorf("%d were admitted of %d", len(numbers), p.People)
	}
	p.first, p.second, p.expiring, p.lapsing = numbers[:half], numbers[half:], numbers[lapsing], numbers[half/2]
	return nil
}

// originCellsOf shares the cells of the origin prison out between the untried and the
// convicted, and returns the next cell for one of either.
func originCellsOf(people []custody.Admission) func(convicted bool) string {
	var number, placed [2]int // of the untried, of the convicted
	for _, a := range people {
		number[sideOf(a.Authorities[0].Kind == custody.Sentence)]++
	}
	forUntried := originCells * number[0] / len(people)
	return func(convicted bool) string {
		side := sideOf(convicted)
		first, cells := 1, forUntried
		if convicted {
			first, cells = 1+forUntried, originCells-forUntried
		}
		n := placed[side] * cells / number[side]
		placed[side]++
		return originCell(first + n)
	}
}

func sideOf(convicted bool) int {
	if convicted {
		return 1
	}
	return 0
}

// eachTeam lets the teams work side by side, each on its own share of n pieces in order.
func eachTeam(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	for t := range teams {
		g.Go(func() error {
			for i := t; i < n; i += teams {
				if err := do(ctx, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}
