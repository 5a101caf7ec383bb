package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/seal"
)

// log registers the public log (https://c2sp.org/tlog-tiles), which says nothing about
// anybody, and the sign of life.
func (d *door) log(mux *http.ServeMux) {
	mux.HandleFunc("GET /log/checkpoint", func(w http.ResponseWriter, r *http.Request) {
		note, err := d.Book.Checkpoint()
		if err == nil {
			note, err = d.cosigned(r.Context(), note)
		}
		d.serveLog(w, r, "text/plain; charset=utf-8", "no-cache", note, err)
	})
	mux.HandleFunc("GET /log/key", func(w http.ResponseWriter, r *http.Request) {
		d.serveLog(w, r, "text/plain; charset=utf-8", "no-cache", []byte(d.Book.VerifierKey()+"\n"), nil)
	})
	mux.HandleFunc("GET /log/notices", func(w http.ResponseWriter, r *http.Request) {
		text, err := d.Book.Notices(r.Context())
		d.serveLog(w, r, "text/plain; charset=utf-8", "no-cache", text, err)
	})
	mux.HandleFunc("GET /log/tile/", func(w http.ResponseWriter, r *http.Request) {
		tile, err := d.tile(r.Context(), strings.TrimPrefix(r.URL.Path, "/log/"))
		d.serveLog(w, r, "application/octet-stream", "public, max-age=31536000, immutable", tile, err)
	})
	mux.HandleFunc("/log/", func(w http.ResponseWriter, r *http.Request) {
		d.writeProblem(w, r, plainProblem(http.StatusNotFound, "unknown-address"))
	})
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		err := d.Book.Beside().PingContext(r.Context())
		if err != nil {
			d.Log.Error("the storage does not answer", "error", err)
			d.writeProblem(w, r, plainProblem(http.StatusServiceUnavailable, "not-written"))
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		d.write(r.Context(), w, fmt.Appendf(nil, "ok %d\n", d.Book.Size()))
	})
}

func (d *door) serveLog(w http.ResponseWriter, r *http.Request, contentType, cache string, body []byte, err error) {
	switch {
	case errors.Is(err, seal.ErrNotFound) || errors.Is(err, book.ErrNotFound):
		d.writeProblem(w, r, plainProblem(http.StatusNotFound, "unknown-address"))
	case err != nil:
		d.writeProblem(w, r, d.problem(r.Context(), err))
	default:
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", cache)
		w.Header().Del("Vary")
		d.write(r.Context(), w, body)
	}
}

// tile returns a tile of hashes, or a bundle of entries' commitments.
func (d *door) tile(ctx context.Context, path string) ([]byte, error) {
	ref, err := seal.ParseTile(path)
	if err != nil {
		return nil, err
	}
	size := d.Book.Size()
	if !ref.Entries {
		return seal.Tile(ctx, path, size, d.Book.Nodes())
	}
	if err := ref.Within(size); err != nil {
		return nil, err
	}
	stored, err := d.Book.Entries(ctx, ref.First(), ref.Width)
	if err != nil {
		return nil, err
	}
	commitments := make([]seal.Commitment, len(stored))
	for i, s := range stored {
		commitments[i] = seal.Commit(s.Salt, s.Body)
	}
	return seal.EntryTile(ref, size, commitments)
}

// recentCosignatures are enough to hold every witness of the newest checkpoint.
const recentCosignatures = 50

// cosigned adds to a checkpoint the cosignatures that witnesses have given to it.
func (d *door) cosigned(ctx context.Context, checkpoint []byte) ([]byte, error) {
	head, _, err := seal.OpenCheckpoint(checkpoint, d.Book.VerifierKey())
	if err != nil {
		return nil, err
	}
	list, err := d.Book.Cosignatures(ctx, recentCosignatures)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, c := range list {
		if c.Size == head.Size {
			lines = append(lines, c.Line)
		}
	}
	if len(lines) == 0 {
		return checkpoint, nil
	}
	return seal.AddCosignatures(checkpoint, lines...)
}
