package api_test

import (
	"testing"

	"habeas.example/habeas/internal/habeastest"
)

func TestSmoke(t *testing.T) {
	h := open(t, 3)
	numbers := habeastest.Numbers(3)
	a := h.as("reception").post("/moves", map[string]any{"moves": []any{map[string]any{"person": numbers[0], "to": habeastest.OriginCell}}}).mustBe(200)
	t.Log(string(a.raw))
	t.Log(string(h.as("reception").get("/people/" + numbers[0]).raw))
	t.Log(string(h.as("reception").get("/people/" + numbers[0] + "/chain").raw))
	t.Log(string(h.as("monitor").get("/roll?by=place").raw))
	t.Log(string(h.as("reception").speaking("es").post("/moves", map[string]any{"moves": []any{map[string]any{"person": numbers[0], "to": 5}}}).raw))
	t.Log(string(h.as("reception").post("/transfers", nil).raw))
	t.Log(len(h.stranger().get("/api/openapi.json").raw))
	t.Log(string(h.stranger().get("/log/checkpoint").raw))
}
