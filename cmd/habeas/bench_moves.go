package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type benchMovesCommand struct {
	benchStore
	Clients int           `env:"HABEAS_BENCH_CLIENTS" default:"64"`
	Rounds  int           `env:"HABEAS_BENCH_ROUNDS" default:"5"`
	Each    time.Duration `env:"HABEAS_BENCH_EACH" default:"2s"`
}

// movesFigures are what bench moves prints: medians over the rounds.
type movesFigures struct {
	Engine        string  `json:"engine"`
	Clients       int     `json:"clients"`
	Rounds        int     `json:"rounds"`
	MovesPerSec   float64 `json:"moves_per_second"`
	BarePerSec    float64 `json:"bare_rows_per_second"`
	BareBy        string  `json:"bare_by"`
	Ratio         float64 `json:"ratio"` // median of the rounds' own ratios
	MoveP50       float64 `json:"move_p50_ms"`
	MoveP99       float64 `json:"move_p99_ms"`
	CPUPerMove    float64 `json:"cpu_us_per_move"`  // processor time of the whole process, the clients' included: it says the same on a busy machine
	MovesPerSync  float64 `json:"moves_per_commit"` // that share one durable transaction
	LoneP50       float64 `json:"lone_p50_ms"`      // one client alone, with the proof in the reply
	LoneP99       float64 `json:"lone_p99_ms"`
	LoneMoves     int     `json:"lone_moves"`
	EntriesAtEnd  int64   `json:"entries_at_end"`
	VerifiedAtEnd bool    `json:"verified_at_end"`
}

// Run measures moves. Each is checked, sealed, durable, and answered with its proof.
func (c *benchMovesCommand) Run(ctx context.Context, t *terminal) (err error) {
	w, err := c.open(ctx, 2*c.Clients, 4)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	people, err := w.admit(ctx, c.Clients)
	if err != nil {
		return err
	}
	address, stop, err := w.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	movers := make([]*mover, c.Clients)
	for i := range movers {
		if movers[i], err = newMover(address, w.tokens[i%len(w.tokens)], people[i], benchCell(2*i), benchCell(2*i+1)); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, movers[i].conn.Close()) }()
	}
	f := movesFigures{Engine: w.book.Engine(), Clients: c.Clients, Rounds: c.Rounds, BareBy: "one connection"}
	if f.Engine == "postgres" {
		f.BareBy = fmt.Sprintf("%d connections", c.Clients)
	}
	var rates, bares, ratios []float64
	var all []time.Duration
	var worked time.Duration
	commits := 0
	for range c.Rounds {
		bare, err := c.bare(ctx, w)
		if err != nil {
			return err
		}
		from, before := w.book.Size(), processorTime()
		rate, took, err := moveAll(movers, c.Each)
		if err != nil {
			return err
		}
		worked += processorTime() - before
		if commits, err = w.commits(ctx, commits, from); err != nil {
			return err
		}
		rates, bares, ratios, all = append(rates, rate), append(bares, bare), append(ratios, rate/bare), append(all, took...)
	}
	_, lone, err := moveAll(movers[:1], c.Each)
	if err != nil {
		return err
	}
	f.MovesPerSec, f.BarePerSec, f.Ratio = median(rates), median(bares), median(ratios)
	f.MoveP50, f.MoveP99 = quantile(all, 0.5), quantile(all, 0.99)
	f.CPUPerMove, f.MovesPerSync = float64(worked.Microseconds())/float64(len(all)), float64(len(all))/float64(commits)
	f.LoneP50, f.LoneP99, f.LoneMoves = quantile(lone, 0.5), quantile(lone, 0.99), len(lone)
	report, err := w.book.Verify(ctx)
	if err != nil {
		return err
	}
	f.EntriesAtEnd, f.VerifiedAtEnd = report.Entries, len(report.Problems) == 0
	if c.JSON {
		return printJSON(t, f)
	}
	_, err = fmt.Fprintf(t.out, "%s: %.0f moves/s by %d clients (p50 %.1f ms, p99 %.1f ms); bare rows by %s %.0f/s; ratio %.2f; %.0f µs of processor a move, %.0f moves a commit; a lone move p50 %.2f ms, p99 %.2f ms\n",
		f.Engine, f.MovesPerSec, f.Clients, f.MoveP50, f.MoveP99, f.BareBy, f.BarePerSec, f.Ratio, f.CPUPerMove, f.MovesPerSync, f.LoneP50, f.LoneP99)
	return err
}

// commits adds to a count the transactions written since the book had a size.
func (w *bench) commits(ctx context.Context, so int, size int64) (int, error) {
	var more int
	err := w.book.Beside().QueryRowContext(ctx, "SELECT count(*) FROM checkpoint WHERE size > $1", size).Scan(&more)
	return so + more, err
}

// processorTime is what this process has used of all processors so far.
func processorTime() time.Duration {
	var used unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// admit admits n people, each into the first of two cells of their own.
func (w *bench) admit(ctx context.Context, n int) ([]string, error) {
	list := make([]roll.Arrival, n)
	for i := range list {
		list[i] = benchArrival(i, benchCell(2*i))
	}
	written, err := w.roll.Admit(ctx, console, list...)
	if err != nil {
		return nil, err
	}
	people := make([]string, n)
	for i, e := range written.Entries {
		people[i] = e.Person
	}
	return people, nil
}

func benchArrival(i int, place string) roll.Arrival {
	return roll.Arrival{Place: place, Admission: custody.Admission{
		Person: &custody.Person{FamilyNames: fmt.Sprintf("Prueba Medida %d", i), GivenNames: "José Antonio", Sex: "M", Birth: "1990-05-17", Nationality: "SV",
			Contact: &custody.Contact{Name: "Contacto Inventado", Relation: "madre", Phone: "0000-0000"}},
		Authorities: []custody.Authority{{Kind: custody.Sentence, Issuer: "Tribunal Tercero de Sentencia", Case: fmt.Sprintf("1-%04d-2024", i), Grounds: "Inventado", From: time.Now().AddDate(-1, 0, 0)}},
	}}
}

// mover is one client: a connection of its own on which one person goes to and fro.
type mover struct {
	conn     net.Conn
	reader   *bufio.Reader
	requests [2][]byte
	next     int
}

func newMover(address, token, person, here, there string) (*mover, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	m := &mover{conn: conn, reader: bufio.NewReader(conn)}
	for i, to := range []string{there, here} {
		body := fmt.Sprintf(`{"moves":[{"person":%q,"to":%q}]}`, person, to)
		m.requests[i] = fmt.Appendf(nil, "POST /api/v1/moves HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			address, token, len(body), body)
	}
	return m, nil
}

// move moves the person once and waits for the reply.
func (m *mover) move() error {
	if _, err := m.conn.Write(m.requests[m.next%2]); err != nil {
		return err
	}
	m.next++
	return m.answered()
}

// answered reads one reply. The load should cost little beside the server, so no more is
// parsed than tells where the reply ends.
func (m *mover) answered() error {
	status, err := m.reader.ReadString('\n')
	if err != nil {
		return err
	}
	length := -1
	for {
		line, err := m.reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200 ") || length < 0 {
		rest, _ := m.reader.Peek(m.reader.Buffered())
		return fmt.Errorf("a move was answered with %q: %.300s", strings.TrimSpace(status), rest)
	}
	_, err = m.reader.Discard(length)
	return err
}

// moveAll lets the movers work side by side for a while.
func moveAll(movers []*mover, during time.Duration) (perSecond float64, took []time.Duration, err error) {
	start := time.Now()
	times, errs := make([][]time.Duration, len(movers)), make([]error, len(movers))
	var wait sync.WaitGroup
	for i, m := range movers {
		wait.Go(func() {
			for time.Since(start) < during {
				before := time.Now()
				if errs[i] = m.move(); errs[i] != nil {
					return
				}
				times[i] = append(times[i], time.Since(before))
			}
		})
	}
	wait.Wait()
	for _, list := range times {
		took = append(took, list...)
	}
	return float64(len(took)) / time.Since(start).Seconds(), took, errors.Join(errs...)
}

// bare is the rate of bare durable rows: on SQLite one connection that commits one row
// at a time to the same file, on PostgreSQL as many connections as there are clients.
func (c *benchMovesCommand) bare(ctx context.Context, w *bench) (float64, error) {
	const table = "CREATE TABLE IF NOT EXISTS bench_bare (id BIGINT PRIMARY KEY, person TEXT NOT NULL, place TEXT NOT NULL, at BIGINT NOT NULL)"
	const insert = "INSERT INTO bench_bare (id, person, place, at) VALUES ($1, $2, $3, $4)"
	if w.book.Engine() == "postgres" {
		return c.barePostgres(ctx, table, insert)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, "habeas.db")+"?_pragma=busy_timeout(10000)&_pragma=synchronous(FULL)&_pragma=journal_mode(WAL)")
	if err != nil {
		return 0, err
	}
	db.SetMaxOpenConns(1)
	count := 0
	err = func() error {
		if _, err := db.ExecContext(ctx, table); err != nil {
			return err
		}
		statement, err := db.PrepareContext(ctx, insert)
		if err != nil {
			return err
		}
		from := time.Now()
		for start := time.Now(); time.Since(start) < c.Each; count++ {
			if _, err := statement.ExecContext(ctx, from.UnixNano()+int64(count), "1000000K", "A-C0001", from.UnixMicro()); err != nil {
				return err
			}
		}
		return statement.Close()
	}()
	return float64(count) / c.Each.Seconds(), errors.Join(err, db.Close())
}

func (c *benchMovesCommand) barePostgres(ctx context.Context, table, insert string) (float64, error) {
	conns := make([]*pgx.Conn, c.Clients)
	var err error
	for i := range conns {
		if conns[i], err = pgx.Connect(ctx, c.DB); err != nil {
			return 0, err
		}
	}
	if _, err := conns[0].Exec(ctx, table); err != nil {
		return 0, err
	}
	start := time.Now()
	counts, errs := make([]int, len(conns)), make([]error, len(conns))
	var wait sync.WaitGroup
	for i, conn := range conns {
		wait.Go(func() {
			for time.Since(start) < c.Each && errs[i] == nil {
				_, errs[i] = conn.Exec(ctx, insert, (start.UnixNano()>>20<<26)+int64(counts[i]*len(conns)+i), "1000000K", "A-C0001", start.UnixMicro())
				counts[i]++
			}
		})
	}
	wait.Wait()
	elapsed, total := time.Since(start).Seconds(), 0
	for i, conn := range conns {
		total += counts[i]
		errs[i] = errors.Join(errs[i], conn.Close(ctx))
	}
	return float64(total) / elapsed, errors.Join(errs...)
}
