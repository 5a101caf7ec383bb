package names_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"habeas.example/habeas/internal/names"
)

func report(b *testing.B, times []time.Duration) {
	at := func(share float64) float64 {
		return float64(times[int(share*float64(len(times)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.95), "p95-ms")
	b.ReportMetric(at(1), "worst-ms")
}

func BenchmarkSearch(b *testing.B) {
	people := newNaming(1, 40_000).people(40_000)
	x := filled(people)
	b.ResetTimer()
	report(b, searchTimes(x, people, rand.New(rand.NewPCG(3, 3)), max(1, b.N)))
}

// BenchmarkGrowth shows how search time and memory grow with the number of people. It takes about a minute.
func BenchmarkGrowth(b *testing.B) {
	for _, count := range []int{40_000, 200_000, 2_000_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			naming := newNaming(1, count)
			x := names.NewIndex()
			sample := make([]invented, 0, 1001)
			before := heap()
			start := time.Now()
			for i := range count {
				p := naming.person()
				if i%(count/1000) == 0 {
					sample = append(sample, p)
				}
				x.Put(key(i), p.onPaper())
			}
			took := time.Since(start)
			after := heap()
			b.ResetTimer()
			report(b, searchTimes(x, sample, rand.New(rand.NewPCG(3, 3)), 1000))
			b.ReportMetric(float64(after-before)/float64(count), "bytes/person")
			b.ReportMetric(float64(took.Nanoseconds())/float64(count), "ns/put")

			// While a name is typed, the query is short and fits very many.
			var typing []time.Duration
			for _, p := range sample {
				letters := []rune(p.spoken())
				for n := 1; n <= min(12, len(letters)); n++ {
					start := time.Now()
					x.Search(string(letters[:n]), 10)
					typing = append(typing, time.Since(start))
				}
				if len(typing) > 1200 {
					break
				}
			}
			sortTimes(typing)
			b.ReportMetric(float64(typing[len(typing)*95/100].Microseconds())/1000, "typing-p95-ms")
			runtime.KeepAlive(x)
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
