package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/cells"
	"habeas.example/habeas/internal/count"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/transfer"
)

// Services are what the door opens onto.
type Services struct {
	Book     *book.Book
	Roll     *roll.Desk
	Transfer *transfer.Desk
	Count    *count.Desk
	Cells    *cells.Desk
	Access   *access.Desk
	Origin   string           // of the address under which people find the service; empty: as requests say
	Clock    func() time.Time // for what is asked "now"; nil: time.Now
	Log      *slog.Logger     // nil: slog.Default
}

// Bounds of requests.
const (
	smallBody = 1 << 20 // bytes
	largeBody = 8 << 20 // admissions, manifests, attachments
	// requestTime is how long a request may take, streams and verification apart.
	requestTime = 60 * time.Second
	// streamAlive is how often a silent stream of events says that it is alive.
	streamAlive = 15 * time.Second
)

// door is the API at work.
type door struct {
	Services
	api       huma.API
	verifying sync.Mutex // one verification at a time
}

// New returns the handler of /api, /log and /healthz. A stream of events ends when the
// context of its request does: give the server a BaseContext that ends when it shuts down.
func New(s Services) http.Handler {
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	mux := http.NewServeMux()
	d := &door{Services: s}
	d.register(mux, true)
	d.document(mux)
	mux.HandleFunc("/api/", d.nowhere(mux))
	return d.guard(mux)
}

// register registers every address of the API. What a field must hold is for the laws of
// custody to say, with a code and a mend: so the reader of requests takes every field for
// optional. The document says which are required.
func (d *door) register(mux *http.ServeMux, optional bool) {
	config := huma.DefaultConfig("Habeas", "1")
	config.Info.Description = "The roll of a prison: who is held, where, on whose authority, in whose hands. " +
		"Every command is sealed in a public log before it is answered."
	config.CreateHooks = nil // no $schema links in answers
	config.Formats = map[string]huma.Format{"application/json": jsonFormat, "json": jsonFormat}
	config.DocsPath, config.SchemasPath, config.OpenAPIPath = "", "", ""
	config.FieldsOptionalByDefault = optional
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "http", Scheme: "bearer", Description: "The token that POST /api/v1/sessions answers with."},
		"cookie":  {Type: "apiKey", In: "cookie", Name: sessionCookie},
	}
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	d.api = humago.New(mux, config)
	d.sessions()
	d.entrances()
	d.people()
	d.places()
	d.imports()
	d.movements()
	d.transfers()
	d.counts()
	d.cells()
	d.entries()
	d.attachments()
	d.documents()
	d.forms()
	d.devices()
	d.handheld()
	d.log(mux)
}

// schemaName tells what a request holds apart from the record of the same name.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.PkgPath() == reflect.TypeFor[door]().PkgPath() && t.Name() == strings.ToLower(t.Name()[:1])+t.Name()[1:] {
		name += "Request"
	}
	return name
}

// nowhere answers for addresses that do not exist, and for methods that an address has not.
func (d *door) nowhere(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/api/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			d.writeProblem(w, r, plainProblem(http.StatusMethodNotAllowed, "method-not-allowed"))
			return
		}
		d.writeProblem(w, r, plainProblem(http.StatusNotFound, "unknown-address"))
	}
}

// guard puts around every request what none may be without: bounds, headers, and that a
// page of another site cannot act with an official's cookie.
func (d *door) guard(next http.Handler) http.Handler {
	origins := http.NewCrossOriginProtection()
	if d.Origin != "" { // a proxy may ask under another name than the browser did
		if err := origins.AddTrustedOrigin(d.Origin); err != nil {
			panic(err) // the program that wires it checked it
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Vary", "Accept-Language, Authorization, Cookie")
		defer func() {
			if fault := recover(); fault != nil {
				if err, is := fault.(error); is && errors.Is(err, http.ErrAbortHandler) {
					panic(fault)
				}
				d.Log.Error("a request failed inside", "method", r.Method, "path", r.URL.Path, "fault", fault)
				d.writeProblem(w, r, plainProblem(http.StatusInternalServerError, "internal-error"))
			}
		}()
		if err := origins.Check(r); err != nil {
			d.writeProblem(w, r, plainProblem(http.StatusForbidden, "other-site"))
			return
		}
		ctx := r.Context()
		if !strings.HasSuffix(r.URL.Path, "/stream") && r.URL.Path != base+"/verification" {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, requestTime)
			defer cancel()
		}
		// The bound goes onto a copy: net/http looks at its own request to see that a body was
		// not read to its end, and then ends the connection. If it did not, the rest of the body
		// would be taken for the next request.
		bounded := r.WithContext(ctx)
		bounded.Body = http.MaxBytesReader(w, r.Body, largeBody+1)
		shipped, err := withShipment(bounded)
		if err != nil {
			d.writeProblem(w, r, d.problem(ctx, err))
			return
		}
		next.ServeHTTP(w, shipped)
	})
}

// write writes bytes to a listener. One that has gone needs no answer, and nobody's word
// is lost: what was asked is done or not, whether or not the answer arrives.
func (d *door) write(ctx context.Context, w http.ResponseWriter, body []byte) {
	if _, err := w.Write(body); err != nil && ctx.Err() == nil {
		d.Log.Debug("an answer did not arrive", "error", err)
	}
}
