package web_test

import (
	"fmt"
	"sort"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

func TestSpeed(t *testing.T) {
	p := newPlay(t, 40000)
	id := p.onTheRoad(450)
	d := p.as("duty")
	for _, path := range []string{"/", "/people", "/people?page=300&where=inside", "/people?legal=convicted", "/people?q=penate", "/people/" + habeastest.Numbers(10)[9], "/transfers", "/transfers/" + id, "/transfers/" + id + "?q=zepeda", "/book", "/book?kind=transfer.drafted", "/discrepancies", "/overdue", "/establishments/OLD"} {
		var times []time.Duration
		size := 0
		for range 40 {
			s := time.Now()
			size = len(d.get(path).is(200).text)
			times = append(times, time.Since(s))
		}
		sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
		fmt.Printf("%-50s p50 %v p95 %v  %d bytes\n", path, times[20].Round(100*time.Microsecond), times[37].Round(100*time.Microsecond), size)
	}
}
