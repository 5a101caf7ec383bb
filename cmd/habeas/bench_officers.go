package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"habeas.example/habeas/internal/custody"
)

type benchOfficersCommand struct {
	benchStore
	People   int           `env:"HABEAS_BENCH_PEOPLE" default:"40000"`
	Cells    int           `env:"HABEAS_BENCH_CELLS" default:"2000"`
	Officers int           `env:"HABEAS_BENCH_OFFICERS" default:"300"`
	Every    time.Duration `env:"HABEAS_BENCH_EVERY" default:"500ms"`
	Opens    time.Duration `env:"HABEAS_BENCH_OPENS" default:"10s"`
	Lasts    time.Duration `env:"HABEAS_BENCH_LASTS" default:"30s"`
}

// officersFigures are what bench officers prints: how soon live pages show a move after its
// reply, and how soon pages open meanwhile, both as the browsers would see it; and what all
// of it, the browsers included, takes of the machine.
type officersFigures struct {
	Engine   string  `json:"engine"`
	People   int     `json:"people"`
	Officers int     `json:"officers"`
	Moves    int     `json:"moves"`
	Heard    int     `json:"heard"` // moves times live pages that showed them
	ShownP50 float64 `json:"shown_p50_ms"`
	ShownP95 float64 `json:"shown_p95_ms"`
	ShownMax float64 `json:"shown_max_ms"`
	Pages    int     `json:"pages"`
	PageP50  float64 `json:"page_p50_ms"`
	PageP95  float64 `json:"page_p95_ms"`
	Cores    float64 `json:"processors_busy"` // of all processors, on average
	MemoryMB float64 `json:"memory_mb"`       // at most, of the whole process
}

// Run has officials look at live pages of a full register, each with a session and a line of their own, while people are moved
// one by one and pages are opened.
func (c *benchOfficersCommand) Run(ctx context.Context, t *terminal) (err error) {
	w, err := c.open(ctx, c.Cells, (c.People+c.Cells-1)/c.Cells+1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	people, err := w.fill(ctx, c.People, c.Cells)
	if err != nil {
		return err
	}
	transfer, err := w.trouble(ctx, people)
	if err != nil {
		return err
	}
	sessions, err := w.signInMany(ctx, c.Officers)
	if err != nil {
		return err
	}
	address, stop, err := w.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()

	o := officers{bench: w, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.Officers}}, root: "http://" + address, ready: make(chan struct{}, c.Officers)}
	ctx, home := context.WithTimeout(ctx, c.Lasts+time.Minute)
	defer home()
	watching, leave := context.WithCancel(ctx)
	defer leave()
	var shift errgroup.Group
	live := []string{"/live", "/establishments/A/live", "/transfers/" + transfer + "/live", "/counts/live"}
	for i, session := range sessions {
		shift.Go(func() error { return o.watch(watching, session, live[i%len(live)]) })
	}
	for range sessions {
		select {
		case <-o.ready:
		case <-ctx.Done():
			return fmt.Errorf("bench: not every live page opened: %w", ctx.Err())
		}
	}
	start, worked := time.Now(), processorTime()
	pages := []string{"/", "/people", "/people?under=" + benchCell(7), "/people?q=rodriguez+perez", "/people/" + people[len(people)-1], "/transfers/" + transfer, "/establishments/A/places/" + benchCell(7), "/counts"}
	opening, stopOpening := context.WithTimeout(ctx, c.Lasts)
	defer stopOpening()
	for i, session := range sessions {
		first := c.Opens * time.Duration(i) / time.Duration(len(sessions))
		shift.Go(func() error { return o.open(opening, session, pages, i, first, c.Opens) })
	}
	for i := 0; time.Since(start) < c.Lasts; i++ {
		if err := o.move(ctx, people, i); err != nil {
			return err
		}
		rest(ctx, c.Every)
	}
	took := time.Since(start)
	f := officersFigures{Engine: w.book.Engine(), People: c.People, Officers: c.Officers, Cores: float64(processorTime()-worked) / float64(took)}
	rest(ctx, 2*time.Second) // the last move has to reach its pages too
	leave()
	if err := shift.Wait(); err != nil {
		return err
	}
	o.figures(&f)
	if c.JSON {
		return printJSON(t, f)
	}
	fmt.Fprintf(t.out, "%s: %d people, %d officers with live pages: %d moves shown after p50 %.0f ms, p95 %.0f ms, at most %.0f ms; %d pages opened in p50 %.1f ms, p95 %.1f ms; %.2f processors busy, %.0f MB\n",
		f.Engine, f.People, f.Officers, f.Moves, f.ShownP50, f.ShownP95, f.ShownMax, f.Pages, f.PageP50, f.PageP95, f.Cores, f.MemoryMB)
	return nil
}

// signInMany appoints officials of all sorts who see the whole prison, and signs each of them in.
func (w *bench) signInMany(ctx context.Context, n int) (sessions []string, err error) {
	roles := [][]custody.Role{{custody.DutyManager}, {custody.ReceptionOfficer, custody.DutyManager}, {custody.EscortCommander, custody.DutyManager}}
	for i := range n {
		name, password := fmt.Sprintf("officer%03d", i), newPassword()
		if _, err := w.roll.Appoint(ctx, console, custody.Official{Name: name, FullName: name, Roles: roles[i%len(roles)]}); err != nil {
			return nil, err
		}
		if err := w.access.SetPassword(ctx, name, password); err != nil {
			return nil, err
		}
		session, _, err := w.access.SignIn(ctx, name, password, "bench")
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, session)
	}
	return sessions, nil
}

// officers are those at work, and what they saw.
type officers struct {
	*bench
	client *http.Client
	root   string
	ready  chan struct{} // one for each live page that has come

	mu     sync.Mutex
	moves  []moved
	shown  []time.Duration
	opened []time.Duration
}

// moved is an entry and when its writer had the reply.
type moved struct {
	entry int64
	at    time.Time
}

func (o *officers) get(ctx context.Context, session, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.root+address, nil)
	if err != nil {
		return nil, err
	}
	request.AddCookie(&http.Cookie{Name: "habeas_session", Value: session})
	answer, err := o.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("bench: %s was answered with %s", address, answer.Status), answer.Body.Close())
	}
	return answer, nil
}

// lastEntry is how a live part says as of which entry it is true.
var lastEntry = regexp.MustCompile(`class="instant".*?href="/book/(\d+)"`)

// watch keeps one live page open until ctx ends, and notes when it first shows each move.
func (o *officers) watch(ctx context.Context, session, address string) (err error) {
	answer, err := o.get(ctx, session, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	lines := bufio.NewReader(answer.Body)
	next, said := 0, false
	for {
		line, err := lines.ReadString('\n')
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("bench: the line of %s was cut: %w", address, err)
		}
		found := lastEntry.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		now := time.Now()
		entry, err := strconv.ParseInt(found[1], 10, 64)
		if err != nil {
			return fmt.Errorf("bench: the entry of %s: %w", address, err)
		}
		o.mu.Lock()
		for ; next < len(o.moves) && o.moves[next].entry <= entry; next++ {
			o.shown = append(o.shown, now.Sub(o.moves[next].at))
		}
		o.mu.Unlock()
		if !said {
			said = true
			o.ready <- struct{}{}
		}
	}
}

// open opens one page after another until ctx ends.
func (o *officers) open(ctx context.Context, session string, pages []string, i int, first, every time.Duration) error {
	for rest(ctx, first); ctx.Err() == nil; rest(ctx, every) {
		start := time.Now()
		answer, err := o.get(ctx, session, pages[i%len(pages)])
		if err != nil {
			return unlessEnded(ctx, err)
		}
		_, err = io.Copy(io.Discard, answer.Body)
		took := time.Since(start)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return unlessEnded(ctx, fmt.Errorf("bench: read %s: %w", pages[i%len(pages)], err))
		}
		o.mu.Lock()
		o.opened = append(o.opened, took)
		o.mu.Unlock()
		i++
	}
	return nil
}

// unlessEnded is err, unless the end has come, which cuts off what was being asked.
func unlessEnded(ctx context.Context, err error) error {
	select {
	case <-ctx.Done():
		return nil
	default:
		return err
	}
}

// move moves somebody; live pages may show it before the reply is noted, hence the lock around both.
func (o *officers) move(ctx context.Context, people []string, i int) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.stir(ctx, people, i); err != nil {
		return err
	}
	o.moves = append(o.moves, moved{o.book.Size() - 1, time.Now()})
	return nil
}

func (o *officers) figures(f *officersFigures) {
	f.Moves, f.Heard, f.Pages = len(o.moves), len(o.shown), len(o.opened)
	f.ShownP50, f.ShownP95, f.ShownMax = quantile(o.shown, 0.5), quantile(o.shown, 0.95), quantile(o.shown, 1)
	f.PageP50, f.PageP95 = quantile(o.opened, 0.5), quantile(o.opened, 0.95)
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) == nil {
		f.MemoryMB = float64(used.Maxrss) / 1024
	}
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
