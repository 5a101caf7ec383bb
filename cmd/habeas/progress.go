package main

import (
	"fmt"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how far long work has come: bars on a terminal, a line a stage elsewhere.
type progress struct {
	t    *terminal
	bars *mpb.Progress
	mu   sync.Mutex
	now  map[string]*mpb.Bar
}

func newProgress(t *terminal) *progress {
	p := &progress{t: t, now: map[string]*mpb.Bar{}}
	if f, ok := t.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = mpb.New(mpb.WithOutput(f), mpb.WithWidth(60))
	}
	return p
}

// stage begins a stage of so many steps.
func (p *progress) stage(name string, steps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	label := p.t.words.Say("stage."+name, nil)
	if p.bars == nil {
		fmt.Fprintf(p.t.err, "%s: %s\n", label, p.t.words.Number(steps))
		return
	}
	p.now[name] = p.bars.AddBar(int64(steps), mpb.PrependDecorators(decor.Name(label, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.CountersNoUnit("%d / %d", decor.WCSyncSpace)))
}

// more says that some steps of a stage are done.
func (p *progress) more(name string, steps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if bar := p.now[name]; bar != nil {
		bar.IncrBy(steps)
	}
}

// finish leaves the bars as they are, also when a stage broke off.
func (p *progress) finish() {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	for _, bar := range p.now {
		if !bar.Completed() {
			bar.Abort(false)
		}
	}
	p.mu.Unlock()
	p.bars.Wait()
}
