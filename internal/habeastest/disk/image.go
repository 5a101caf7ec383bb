package disk

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Cuts returns the number of points at which power may go: before the first recorded operation, and after each. It grows
// while the store runs.
func (d *Disk) Cuts() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.log) + 1
}

// Image builds in the folder toDir, which must be empty or missing, the files as power loss at the cut may have left them:
// when the first cut operations had been carried out, and no other. It returns the marks made before the cut. The same
// recording, cut and seed give the same image. Cuts outside 0 to [Disk.Cuts]-1 are refused.
//
// Images may be built by several goroutines at once; rising cuts are cheaper than falling ones.
func (d *Disk) Image(cut int, seed uint64, toDir string) (marks []string, err error) {
	return d.image(cut, newPower(cut, seed), toDir)
}

// Killed is [Disk.Image] for kill -9 instead of power loss: the operating system lives, and every operation counts.
func (d *Disk) Killed(cut int, toDir string) (marks []string, err error) {
	return d.image(cut, &power{kept: 1}, toDir)
}

func (d *Disk) image(cut int, p *power, toDir string) (marks []string, err error) {
	d.mu.Lock()
	log := d.log
	for _, m := range d.marks {
		if m.at <= cut {
			marks = append(marks, m.label)
		}
	}
	d.mu.Unlock()
	if cut < 0 || cut > len(log) {
		return nil, fmt.Errorf("build the image of cut %d: cuts go from 0 to %d", cut, len(log))
	}
	if err := os.MkdirAll(toDir, 0o700); err != nil {
		return nil, fmt.Errorf("build the image of cut %d: %w", cut, err)
	}
	if entries, err := os.ReadDir(toDir); err != nil {
		return nil, fmt.Errorf("build the image of cut %d: %w", cut, err)
	} else if len(entries) > 0 {
		return nil, fmt.Errorf("build the image of cut %d: the folder %s is not empty: give each image its own", cut, toDir)
	}
	for name, content := range d.filesAt(cut, log, p) {
		path := filepath.Join(toDir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("build the image of cut %d: %w", cut, err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return nil, fmt.Errorf("build the image of cut %d: %w", cut, err)
		}
	}
	return marks, nil
}

// filesAt goes on from the nearest earlier replay, and leaves it at the cut for the next image.
func (d *Disk) filesAt(cut int, log []operation, p *power) map[string][]byte {
	d.replaysMu.Lock()
	nearest := -1
	for i, r := range d.replays {
		if r.at <= cut && (nearest < 0 || r.at > d.replays[nearest].at) {
			nearest = i
		}
	}
	r := &replay{names: map[string]int{}}
	if nearest >= 0 {
		r = d.replays[nearest]
		d.replays = append(d.replays[:nearest], d.replays[nearest+1:]...)
	}
	d.replaysMu.Unlock()

	for r.at < cut {
		r.carryOut(&log[r.at])
		r.at++
	}
	files := r.files(p)

	d.replaysMu.Lock()
	defer d.replaysMu.Unlock()
	const kept = 4 // one for each of several goroutines
	if d.replays = append(d.replays, r); len(d.replays) > kept {
		d.replays = d.replays[1:]
	}
	return files
}

// power decides what reached the disk when power went.
type power struct {
	chance *rand.Rand // nil when everything did
	kept   float64    // how likely an unsynced operation was carried out
	torn   float64    // how likely a write that was carried out was so in part
}

// newPower draws how much is lost on the whole, so that among the images of one cut there are those that lose all, nothing,
// and something in between.
func newPower(cut int, seed uint64) *power {
	p := &power{chance: rand.New(rand.NewPCG(seed, uint64(cut)))}
	switch p.chance.IntN(8) {
	case 0:
	case 1:
		p.kept = 1
	default:
		p.kept, p.torn = p.chance.Float64(), 0.5*p.chance.Float64()
	}
	return p
}

func (p *power) keeps() bool { return p.chance == nil || p.chance.Float64() < p.kept }

func (p *power) tears() bool { return p.chance != nil && p.chance.Float64() < p.torn }

// step draws how far along its states, numbered from 0 to last, a name has come.
func (p *power) step(last int) int {
	switch {
	case p.chance == nil || p.kept == 1:
		return last
	case p.kept == 0:
		return 0
	}
	return p.chance.IntN(last + 1)
}
