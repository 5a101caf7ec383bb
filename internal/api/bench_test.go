package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"habeas.example/habeas/internal/habeastest"
)

// BenchmarkMove is one checked, durable, sealed and proved move of one person, by 64
// clients at once, through the handler and through a connection.
func BenchmarkMove(b *testing.B) {
	for _, way := range []string{"handler", "connection"} {
		b.Run(way, func(b *testing.B) {
			const clients = 64
			h := open(b, clients)
			h.as("engineer").post("/places", object{"places": []object{{"code": "OLD-HALL", "parent": "OLD", "name": "Hall", "kind": "reception"}}}).mustBe(200)
			numbers, token := habeastest.Numbers(clients), h.as("reception").token
			transport := &http.Transport{MaxIdleConnsPerHost: clients}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			var next atomic.Int64
			b.SetParallelism(clients / 2)
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				me := int(next.Add(1)-1) % clients
				for i := 0; pb.Next(); i++ {
					to := []string{"OLD-HALL", habeastest.OriginReception}[i%2]
					body := fmt.Appendf(nil, `{"moves":[{"person":%q,"to":%q}]}`, numbers[me], to)
					request, err := http.NewRequest("POST", h.server.URL+"/api/v1/moves", bytes.NewReader(body))
					if err != nil {
						b.Fatal(err)
					}
					request.Header.Set("Authorization", "Bearer "+token)
					request.Header.Set("Content-Type", "application/json")
					request.Header.Set("Idempotency-Key", fmt.Sprintf("%d-%d-%d", b.N, me, i))
					if way == "handler" {
						w := httptest.NewRecorder()
						h.server.Config.Handler.ServeHTTP(w, request)
						if w.Code != 200 {
							b.Fatal(w.Body)
						}
						continue
					}
					response, err := client.Do(request)
					if err != nil {
						b.Fatal(err)
					}
					answer, err := io.ReadAll(response.Body)
					if err != nil || response.StatusCode != 200 {
						b.Fatalf("%d %s %v", response.StatusCode, answer, err)
					}
					if err := response.Body.Close(); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
