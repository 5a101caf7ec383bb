package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// document serves the OpenAPI document, made once, from the same registrations as the API.
func (d *door) document(mux *http.ServeMux) {
	described := &door{Services: d.Services}
	described.register(http.NewServeMux(), false)
	document := described.api.OpenAPI()
	noNulls(document.Components.Schemas.Map())
	asSent(document)
	text, err := json.Marshal(document)
	if err != nil {
		panic(fmt.Sprintf("api: the OpenAPI document cannot be written: %v", err)) // a fault in the program
	}
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		d.write(r.Context(), w, text)
	})
}

// noNulls says that no list is ever null: we answer with empty ones, and expect them.
func noNulls(schemas map[string]*huma.Schema) {
	var walk func(*huma.Schema)
	walk = func(s *huma.Schema) {
		if s == nil {
			return
		}
		if s.Type == huma.TypeArray {
			s.Nullable = false
		}
		for _, p := range s.Properties {
			walk(p)
		}
		walk(s.Items)
	}
	for _, s := range schemas {
		walk(s)
	}
}

// sent are the fields that a request must give of those records that the API also answers
// with: an answer has more of them always, such as the numbers that the register gives.
// Of a request's own records the fields without omitempty are those.
var sent = map[string][]string{
	"Authority":     {"case", "from", "issuer", "kind"},
	"CapacityOrder": nil, // never sent with a place: it is signed on its own
	"Contact":       nil,
	"CountRules":    {"establishment"},
	"Escort":        {"commander", "corps", "units"},
	"Official":      {"fullName", "name", "roles"},
	"Person":        {"sex"}, // and a name of either sort
	"Place":         {"code", "kind", "name"},
	"Step":          {"person", "to"},
	"Unit":          {"headcount", "name"},
	"Vehicle":       {"code", "seats"},
	"VehicleCount":  nil,
	"Waypoint":      {"code"},
}

// asSent gives requests schemas of their own where a record is also answered with.
func asSent(document *huma.OpenAPI) {
	schemas := document.Components.Schemas.Map()
	const prefix = "#/components/schemas/"
	var ask func(*huma.Schema) *huma.Schema
	ask = func(s *huma.Schema) *huma.Schema {
		if s == nil {
			return nil
		}
		asked := *s
		if name, is := strings.CutPrefix(s.Ref, prefix); is {
			required, shared := sent[name]
			if !shared {
				schemas[name] = askProperties(schemas[name], ask)
				return &asked
			}
			own := name + "Request"
			asked.Ref = prefix + own
			if schemas[own] == nil {
				schemas[own] = &huma.Schema{} // a record within itself ends here
				schemas[own] = askProperties(schemas[name], ask)
				schemas[own].Required = required
			}
			return &asked
		}
		return askProperties(s, ask)
	}
	for _, item := range document.Paths {
		for _, o := range []*huma.Operation{item.Post, item.Put} {
			if o == nil || o.RequestBody == nil {
				continue
			}
			for _, content := range o.RequestBody.Content {
				content.Schema = ask(content.Schema)
				if name, is := strings.CutPrefix(content.Schema.Ref, prefix); is {
					o.RequestBody.Required = len(schemas[name].Required) > 0
				}
			}
		}
	}
}

// askProperties is a copy of a schema whose properties and items are those of a request.
func askProperties(s *huma.Schema, ask func(*huma.Schema) *huma.Schema) *huma.Schema {
	asked := *s
	asked.Required = slices.Clone(s.Required)
	asked.Items = ask(s.Items)
	if s.Properties != nil {
		asked.Properties = make(map[string]*huma.Schema, len(s.Properties))
		for name, p := range s.Properties {
			asked.Properties[name] = ask(p)
		}
	}
	return &asked
}
