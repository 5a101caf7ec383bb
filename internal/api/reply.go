package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/seal"
)

const (
	base          = "/api/v1"
	sessionCookie = "habeas_session"
	secureCookie  = "__Host-" + sessionCookie // what it is called where the line is encrypted
	maxSubject    = 100                       // characters of what a path names
	repliedMax    = 100                       // entries that a reply shows
)

// Reply is the answer to a command. Its entries are on disk, and sealed.
type Reply struct {
	First      int64            `json:"first" doc:"Number of the first entry."`
	Count      int              `json:"count"`
	Size       int64            `json:"size" doc:"Of the log when it was written."`
	Replayed   bool             `json:"replayed" doc:"The command had been written before, under the same idempotency key."`
	ID         string           `json:"id,omitempty" doc:"What the command was about or made: a prison number, a transfer, a handover, an authority."`
	Entries    []*custody.Entry `json:"entries" doc:"The first 100."`
	Checkpoint string           `json:"checkpoint" doc:"The newest signed checkpoint of the log."`
	Proof      []seal.Hash      `json:"proof,omitempty" doc:"Inclusion proof of the first entry in the checkpoint; given when there is one entry."`
	Proofs     [][]seal.Hash    `json:"proofs,omitempty" doc:"With proofs=all: that of every entry."`

	bodies [][]byte // of Entries, as they are sealed
}

// asker is who asks, and what the path names.
type asker struct {
	official custody.Official
	token    string
	session  string    // its public name
	hand     time.Time // when the official last proved who they are
	subject  string
	path     string
	language string    // as Accept-Language has it
	address  string    // that the request came from
	agent    string    // what sent it, as it says
	shipment *shipment // what a handheld signed; nil: no handheld sent it
}

// source is where the request comes from.
func (a *asker) source() access.Source { return access.Source{Address: a.address, Agent: a.agent} }

// command is how this official's commands come to the book.
func (a *asker) command() book.Command { return book.Command{By: a.official.Name, Hand: a.hand} }

type askerKey struct{}

func asking(ctx context.Context) *asker { return ctx.Value(askerKey{}).(*asker) }

var pathParameter = regexp.MustCompile(`\{(\w+)\}`)

// operation describes one address of the API.
type operation struct {
	method, path, summary string
	public                bool
	incomplete            bool  // also in a session that is locked, or has not shown enough yet
	maxBody               int64 // bytes; zero: smallBody
	status                int
}

// handle registers an operation. Who is asking is known before the body is read; whatever
// goes wrong is answered as a problem.
func handle[I, O any](d *door, o operation, do func(context.Context, *asker, *I) (*O, error)) {
	op := huma.Operation{Method: o.method, Path: base + o.path, Summary: o.summary, DefaultStatus: o.status, MaxBodyBytes: o.maxBody}
	op.OperationID = strings.ToLower(o.method) + strings.NewReplacer("/", "-", "{", "", "}", "", ".", "-").Replace(o.path)
	op.Tags = []string{strings.Split(o.path, "/")[1]}
	op.BodyReadTimeout = 15 * time.Second
	if o.maxBody == 0 {
		op.MaxBodyBytes = smallBody
	} else if o.maxBody > smallBody {
		op.BodyReadTimeout = requestTime
	}
	subject := ""
	if m := pathParameter.FindStringSubmatch(o.path); m != nil {
		subject = m[1]
		longest := maxSubject
		op.Parameters = append(op.Parameters, &huma.Param{Name: subject, In: "path", Required: true,
			Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest}})
	}
	if !o.public {
		op.Security = []map[string][]string{{"session": {}}, {"cookie": {}}}
	}
	op.Middlewares = huma.Middlewares{d.identify(subject, o)}
	huma.Register(d.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, asking(ctx), in)
		if err != nil {
			return nil, d.problem(ctx, err).answer(asking(ctx).language)
		}
		return out, nil
	})
}

// identify finds out who asks. Only then is anything else done for them.
func (d *door) identify(subject string, o operation) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		who := &asker{path: ctx.URL().Path, language: ctx.Header("Accept-Language"), address: ctx.RemoteAddr(), agent: ctx.Header("User-Agent")}
		if subject != "" {
			if who.subject = ctx.Param(subject); len(who.subject) > maxSubject {
				d.fail(ctx, problemOf(custody.InvalidInput("text-too-long", "field", subject, "max", fmt.Sprint(maxSubject))))
				return
			}
		}
		var browser bool
		if who.token, browser = bearer(ctx); !o.public {
			signed, err := d.recognise(ctx.Context(), who, browser, o.incomplete)
			if err != nil {
				d.fail(ctx, d.problem(ctx.Context(), err))
				return
			}
			who.official, who.session, who.hand = signed.Official, signed.Session, signed.Hand
			if err := d.fromHandheld(ctx.Context(), who); err != nil {
				d.fail(ctx, d.problem(ctx.Context(), err))
				return
			}
		}
		next(huma.WithValue(ctx, askerKey{}, who))
	}
}

// recognise finds out whose session the request belongs to. A browser's must still be the
// browser that signed in; a program's token may be handed on by whoever runs it.
func (d *door) recognise(ctx context.Context, who *asker, browser, incomplete bool) (access.Signed, error) {
	if incomplete {
		return d.Access.Holder(ctx, who.token)
	}
	agent := ""
	if browser {
		agent = who.agent
	}
	return d.Access.WhoFrom(ctx, who.token, agent)
}

// bearer is the session token of a request: of a program in its header, of a browser in its cookie.
func bearer(ctx huma.Context) (token string, browser bool) {
	if token, ok := strings.CutPrefix(ctx.Header("Authorization"), "Bearer "); ok {
		return token, false
	}
	if ctx.Header("Cookie") == "" {
		return "", false
	}
	name := sessionCookie
	if ctx.TLS() != nil {
		name = secureCookie // the other one could have been planted by a neighbour of the same domain
	}
	if c, err := huma.ReadCookie(ctx, name); err == nil {
		return c.Value, true
	}
	return "", false
}

// order is the request of a command: its content and how to know it again.
type order[B any] struct {
	Key    string `header:"Idempotency-Key" maxLength:"100" doc:"The same official sending the same key with the same content gets the first reply again."`
	Proofs string `query:"proofs" enum:"all" doc:"all: an inclusion proof for every entry."`
	Body   *B
}

type answer[B any] struct{ Body B }

// command registers a command: a POST that writes entries, or nothing.
func command[B any](d *door, path, summary string, act func(context.Context, book.Command, string, *B) (book.Written, error)) {
	commandOf(d, path, summary, smallBody, act)
}

// commandOf is command with another bound of the body, in bytes.
func commandOf[B any](d *door, path, summary string, maxBody int64, act func(context.Context, book.Command, string, *B) (book.Written, error)) {
	commandAnswering(d, operation{method: http.MethodPost, path: path, summary: summary, maxBody: maxBody}, act, d.reply)
}

// commandAnswering registers a command that has more to say than its entries: say makes the
// answer of what act came to.
func commandAnswering[B, W, O any](d *door, o operation, act func(context.Context, book.Command, string, *B) (W, error), say func(context.Context, W, bool) (O, error)) {
	handle(d, o, func(ctx context.Context, who *asker, in *order[B]) (*answer[O], error) {
		content := in.Body
		if content == nil {
			content = new(B)
		}
		c := who.command()
		c.Key = in.Key
		if in.Key != "" {
			digest, err := digestOf(http.MethodPost, who.path, content)
			if err != nil {
				return nil, err
			}
			c.Digest = digest
		}
		w, err := act(ctx, c, who.subject, content)
		if err != nil {
			return nil, err
		}
		said, err := say(ctx, w, in.Proofs == "all")
		return &answer[O]{said}, err
	})
}

// secretive is a body that holds what must not be digested: the digest stands in the book,
// and a password could be guessed from it.
type secretive interface{ withoutSecrets() any }

// digestOf is what makes two requests the same: SHA-256 over method, path and canonical body.
func digestOf(method, path string, body any) (string, error) {
	if s, ok := body.(secretive); ok {
		body = s.withoutSecrets()
	}
	canonical, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("digest a request: %w", err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", method, path)
	h.Write(canonical)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// reply answers a command with its entries and their proofs.
func (d *door) reply(ctx context.Context, w book.Written, all bool) (*Reply, error) {
	r := &Reply{First: w.First, Count: len(w.Entries), Size: w.Size, Replayed: w.Replayed, ID: subjectOf(w.Entries), Entries: w.Entries[:min(len(w.Entries), repliedMax)]}
	r.bodies = w.Bodies[:len(r.Entries)]
	if r.Entries == nil {
		r.Entries = []*custody.Entry{}
	}
	var numbers []int64
	if r.Count == 1 || all {
		numbers = make([]int64, r.Count)
		for i := range numbers {
			numbers[i] = w.First + int64(i)
		}
	}
	checkpoint, proofs, err := d.Book.Proofs(ctx, numbers)
	if err != nil {
		return nil, err
	}
	r.Checkpoint = string(checkpoint)
	if r.Count == 1 {
		r.Proof = proofs[0]
	}
	if all {
		r.Proofs = proofs
	}
	return r, nil
}

// subjectOf is what a command made or was about, from its first entry of its own.
func subjectOf(entries []*custody.Entry) string {
	for _, e := range entries {
		if e.Kind == custody.ClockRanBack {
			continue // the server's own note, before the first entry of the command
		}
		switch detail := e.Detail.(type) {
		case *custody.Handover:
			return detail.ID
		case *custody.HandoverID:
			return detail.Handover
		case *custody.Official:
			return detail.Name
		case *custody.OfficialName:
			return detail.Name
		case *custody.Resolution:
			return detail.Discrepancy
		case *custody.CountOpening:
			return detail.ID
		case *custody.Slip:
			return detail.Count
		case *custody.RecountCall:
			return detail.Count
		case *custody.CountSums:
			return detail.Count
		case *custody.CountID:
			return detail.Count
		case *custody.RollPrint:
			return strconv.FormatInt(e.Number, 10)
		case *custody.Glass:
			return detail.ID
		case *custody.GlassID:
			return detail.ID
		case *custody.MonitorChange:
			return detail.ID
		case *custody.MonitorConfirmation:
			return detail.ID
		case *custody.Device:
			return detail.ID
		case *custody.DeviceKey:
			return detail.Device
		case *custody.DeviceEnd:
			return detail.Device
		case *custody.KeepApart:
			return detail.ID
		case *custody.ApartEnd:
			return detail.KeepApart
		}
		switch {
		case e.Kind == custody.AuthorityGiven || e.Kind == custody.AuthorityEnded || e.Kind == custody.ReleaseOrdered:
			return e.Authority
		case e.Person != "":
			return e.Person
		case e.Vehicle != "":
			return e.Vehicle
		case e.Transfer != "":
			return e.Transfer
		}
		return e.Place
	}
	return ""
}

// read registers a read that needs a permission; none: any official who is signed in.
func read[Q, O any](d *door, path, summary string, need custody.Action, get func(context.Context, *asker, *Q) (O, error)) {
	handle(d, operation{method: http.MethodGet, path: path, summary: summary}, func(ctx context.Context, who *asker, q *Q) (*answer[O], error) {
		if err := d.may(who, need); err != nil {
			return nil, err
		}
		out, err := get(ctx, who, q)
		return &answer[O]{out}, err
	})
}

func (d *door) may(who *asker, need custody.Action) (err error) {
	if need != "" {
		d.Book.Read(func(s *custody.State) { err = s.May(who.official.Name, need) })
	}
	return err
}
