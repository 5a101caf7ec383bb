package entries

import (
	"context"
	"net/http"
	"sync"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/web/page"
)

// Verification is the newest verification of the book that somebody asked for on the page: it runs in the background, for
// everybody who looks, and one at a time.
type Verification struct {
	Asked    bool // whether there has been one since the program started
	Running  bool
	By       string    // full name of who asked
	Began    time.Time // and when
	Ended    time.Time
	Size     int64 // of the book when it began
	Verified int64 // entries so far
	Report   book.Report
	Failed   bool // it could not be looked at
}

// Holds reports whether it has ended and found nothing wrong.
func (v Verification) Holds() bool {
	return v.Asked && !v.Running && !v.Failed && len(v.Report.Problems) == 0 && v.Report.RebuiltEqual && v.Report.SealedEqual
}

// verifier runs verifications.
type verifier struct {
	mu     sync.Mutex
	newest Verification
}

func (r *verifier) now() Verification {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newest
}

// begin begins a verification unless one is running.
func (r *verifier) begin(began Verification) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.newest.Running {
		return false
	}
	r.newest = began
	return true
}

func (r *verifier) change(change func(*Verification)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.newest)
}

// verifyNow begins a verification in the background. It outlives the request that asked for it, and ends with the book: a
// closed database is a verification that failed.
func (d *pages) verifyNow(v *page.Visit) error {
	name := ""
	d.Book.Read(func(s *custody.State) { name = page.OfficialIn(s, v.Official.Name) })
	if d.verifier.begin(Verification{Asked: true, Running: true, By: name, Began: v.Now, Size: d.Book.Size()}) {
		go d.verify(context.WithoutCancel(v.R.Context()))
	}
	if v.AsksForPart() {
		return d.showVerification(v)
	}
	return v.SeeOther("/book#verification")
}

func (d *pages) verify(ctx context.Context) {
	report, err := d.Book.VerifyTelling(ctx, func(verified int64) {
		d.verifier.change(func(v *Verification) { v.Verified = verified })
	})
	if err != nil {
		d.Log.Error("the book could not be verified", "error", err)
	}
	d.verifier.change(func(v *Verification) {
		v.Running, v.Ended, v.Report, v.Failed = false, d.Clock(), report, err != nil
	})
}

// showVerification shows how far it is, to the page that asks again and again.
func (d *pages) showVerification(v *page.Visit) error {
	if !v.AsksForPart() {
		return v.SeeOther("/book#verification")
	}
	return v.Show(http.StatusOK, verification(v.Frame("book", "", ""), d.verifier.now()))
}
