package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// document is the published OpenAPI document, read by its rules and not by ours.
type document struct{ root object }

// fits lists where a value does not fit a schema: its type, what is required, what is not
// known, bounds, and values of an enumeration.
func (d document) fits(schema object, value any, at string) (faults []string) {
	if ref, is := schema["$ref"].(string); is {
		return d.fits(d.schema(strings.TrimPrefix(ref, "#/components/schemas/")), value, at)
	}
	fault := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	types, _ := schema["type"].([]any)
	if one, is := schema["type"].(string); is {
		types = []any{one}
	}
	is := ""
	switch v := value.(type) {
	case nil:
		is = "null"
	case bool:
		is = "boolean"
	case string:
		is = "string"
		if _, err := time.Parse(time.RFC3339, v); schema["format"] == "date-time" && err != nil {
			fault("%q is no time", v)
		}
		if most, has := schema["maxLength"].(float64); has && len([]rune(v)) > int(most) {
			fault("%d characters", len([]rune(v)))
		}
	case float64:
		if is = "number"; v == math.Trunc(v) && slices.Contains(types, any("integer")) {
			is = "integer"
		}
	case []any:
		is = "array"
		if most, has := schema["maxItems"].(float64); has && len(v) > int(most) {
			fault("%d items", len(v))
		}
		for i, item := range v {
			if items, has := schema["items"].(object); has {
				faults = append(faults, d.fits(items, item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case object:
		is = "object"
		faults = append(faults, d.objectFits(schema, v, at)...)
	}
	if len(types) > 0 && !slices.Contains(types, any(is)) {
		fault("it is %s, want %v", is, types)
	}
	if values, has := schema["enum"].([]any); has && !slices.Contains(values, value) {
		fault("%v is none of %v", value, values)
	}
	return faults
}

func (d document) objectFits(schema, value object, at string) (faults []string) {
	properties, _ := schema["properties"].(object)
	for _, name := range d.required(schema) {
		if _, has := value[name]; !has {
			faults = append(faults, at+"."+name+": missing")
		}
	}
	for name, v := range value {
		if property, known := properties[name].(object); known {
			faults = append(faults, d.fits(property, v, at+"."+name)...)
		} else if more, is := schema["additionalProperties"].(object); is {
			faults = append(faults, d.fits(more, v, at+"."+name)...)
		} else if schema["additionalProperties"] == false {
			faults = append(faults, at+"."+name+": unknown")
		}
	}
	return faults
}

func (d document) required(schema object) (names []string) {
	list, _ := schema["required"].([]any)
	for _, name := range list {
		names = append(names, name.(string))
	}
	return names
}

func (d document) schema(name string) object {
	return d.root["components"].(object)["schemas"].(object)[name].(object)
}

// operation is what the document says of an address, given as it is called.
func (d document) operation(method, path string) (pattern string, operation object) {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	best := -1
	for p, methods := range d.root["paths"].(object) {
		named, fits := strings.Split(p, "/"), 0
		if len(named) != len(parts) {
			continue
		}
		for i, part := range named {
			switch {
			case part == parts[i]:
				fits++
			case !strings.HasPrefix(part, "{"):
				fits = math.MinInt32
			}
		}
		if o, is := methods.(object)[strings.ToLower(method)].(object); is && fits > best {
			best, pattern, operation = fits, p, o
		}
	}
	return pattern, operation
}

// bodySchema is the schema of what an operation is sent or answers with, as JSON.
func bodySchema(of any) object {
	o, _ := of.(object)
	content, _ := o["content"].(object)
	for _, kind := range []string{"application/json", "application/problem+json"} {
		if media, has := content[kind].(object); has {
			return media["schema"].(object)
		}
	}
	return nil
}

var published struct {
	once sync.Once
	document
}

// documentOf is the document, fetched once.
func (h *house) document() document {
	published.once.Do(func() {
		p := &person{house: h, language: "en", unjudged: true}
		published.document = document{p.get("/api/openapi.json").mustBe(200).body}
	})
	return published.document
}

// judge compares every answer that any test of this package gets with the document.
func (h *house) judge(method, path string, a *reply) {
	h.t.Helper()
	if !strings.HasPrefix(path, "/api/v1/") {
		return
	}
	d := h.document()
	_, operation := d.operation(method, path)
	if operation == nil {
		return // no such address
	}
	responses := operation["responses"].(object)
	said, has := responses[fmt.Sprint(a.status)]
	if !has {
		said = responses["default"]
	}
	schema := bodySchema(said)
	if schema == nil || !strings.Contains(a.header.Get("Content-Type"), "json") {
		return
	}
	var value any
	if err := json.Unmarshal(a.raw, &value); err != nil {
		h.t.Fatal(err)
	}
	for _, fault := range d.fits(schema, value, a.call) {
		h.t.Errorf("the answer is not as published: %s", fault)
	}
}

// without are all ways to leave one required field out of a body: copies of it, by the
// name of what is missing.
func (d document) without(schema object, body any, at string) map[string]any {
	if ref, is := schema["$ref"].(string); is {
		schema = d.schema(strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	copies := map[string]any{}
	switch v := body.(type) {
	case object:
		for _, name := range d.required(schema) {
			shorter := maps.Clone(v)
			delete(shorter, name)
			copies[at+"."+name] = shorter
		}
		for name, inner := range v {
			for missing, shorter := range d.without(schema["properties"].(object)[name].(object), inner, at+"."+name) {
				whole := maps.Clone(v)
				whole[name] = shorter
				copies[missing] = whole
			}
		}
	case []any:
		for i, inner := range v {
			for missing, shorter := range d.without(schema["items"].(object), inner, fmt.Sprintf("%s[%d]", at, i)) {
				whole := slices.Clone(v)
				whole[i] = shorter
				copies[missing] = whole
			}
		}
	}
	return copies
}

// surplus lists what a body has beyond what is required.
func (d document) surplus(schema object, body any, at string) (names []string) {
	if ref, is := schema["$ref"].(string); is {
		schema = d.schema(strings.TrimPrefix(ref, "#/components/schemas/"))
	}
	switch v := body.(type) {
	case object:
		for name, inner := range v {
			if !slices.Contains(d.required(schema), name) {
				names = append(names, at+"."+name)
			}
			names = append(names, d.surplus(schema["properties"].(object)[name].(object), inner, at+"."+name)...)
		}
	case []any:
		for i, inner := range v {
			names = append(names, d.surplus(schema["items"].(object), inner, fmt.Sprintf("%s[%d]", at, i))...)
		}
	}
	return names
}

// plain is a body as it arrives.
func plain(t testing.TB, body any) any {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}
