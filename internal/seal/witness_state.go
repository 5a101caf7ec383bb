package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrInUse says that another witness holds the state file.
var ErrInUse = errors.New("another witness holds this state")

// maxWitnessState bounds what is read of a state file, in bytes: some ten thousand logs.
const maxWitnessState = 4 << 20

// witnessState is what a witness remembers, in a small JSON file: for each origin, the last head that it cosigned.
type witnessState struct {
	path  string
	lock  *os.File // held for as long as the state is in use
	heads map[string]witnessedHead
}

type witnessedHead struct {
	Size int64 `json:"size"`
	Root Hash  `json:"root"`
}

type witnessStateFile struct {
	Version int                      `json:"v"`
	Logs    map[string]witnessedHead `json:"logs"`
}

const witnessStateVersion = 1

// CreateWitnessState makes the state file of a witness that has never cosigned anything, readable by its owner alone. It
// never replaces a file: the error is then fs.ErrExist.
func CreateWitnessState(path string) error {
	lock, err := lockWitnessState(path)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // nothing is ever written to it
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("creating the witness state %s: %w", path, fs.ErrExist)
	}
	return writeWitnessState(path, map[string]witnessedHead{})
}

func openWitnessState(path string) (*witnessState, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the witness state (a new witness needs it created first): %w", err)
	}
	_ = file.Close() // it was only looked for
	lock, err := lockWitnessState(path)
	if err != nil {
		return nil, err
	}
	heads, err := readWitnessState(path)
	if err != nil {
		_ = lock.Close() // nothing is ever written to it
		return nil, err
	}
	return &witnessState{path: path, lock: lock, heads: heads}, nil
}

// readWitnessState reads the file, which must say each thing once and nothing besides.
func readWitnessState(path string) (map[string]witnessedHead, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the witness state: %w", err)
	}
	defer func() { _ = file.Close() }() // it is only read
	text, err := io.ReadAll(io.LimitReader(file, maxWitnessState+1))
	if err != nil {
		return nil, fmt.Errorf("reading the witness state: %w", err)
	}
	refused := fmt.Errorf("reading the witness state %s: %w: restore it from a copy; a fresh one would cosign a fork", path, ErrMalformed)
	var content witnessStateFile
	if len(text) > maxWitnessState || json.Unmarshal(text, &content) != nil || content.Version != witnessStateVersion || content.Logs == nil {
		return nil, refused
	}
	for origin, head := range content.Logs {
		if checkOrigin(origin) != nil || head.Size < 1 || head.Size > MaxSize {
			return nil, refused
		}
	}
	if again, err := formatWitnessState(content.Logs); err != nil || !bytes.Equal(again, text) {
		return nil, refused
	}
	return content.Logs, nil
}

func formatWitnessState(heads map[string]witnessedHead) ([]byte, error) {
	text, err := json.MarshalIndent(witnessStateFile{Version: witnessStateVersion, Logs: heads}, "", "  ")
	return append(text, '\n'), err
}

// last returns the last head cosigned for a log, or the empty log's.
func (s *witnessState) last(origin string) witnessedHead {
	if head, known := s.heads[origin]; known {
		return head
	}
	return witnessedHead{Root: emptyRoot}
}

// advance records a head, on disk before it returns. When it fails the disk may hold the old heads or the new ones, and
// either will do: a head that was recorded but not cosigned binds nobody, and the next one replaces it.
func (s *witnessState) advance(head Checkpoint) error {
	next := make(map[string]witnessedHead, len(s.heads)+1)
	for origin, h := range s.heads {
		next[origin] = h
	}
	next[head.Origin] = witnessedHead{Size: head.Size, Root: head.Root}
	if err := writeWitnessState(s.path, next); err != nil {
		return err
	}
	s.heads = next
	return nil
}

func (s *witnessState) closed() bool { return s.lock == nil }

func (s *witnessState) close() error {
	if s.closed() {
		return nil
	}
	lock := s.lock
	s.lock = nil
	return lock.Close()
}

// writeWitnessState replaces the file whole: a crash leaves either the old or the new one, never part of one.
func writeWitnessState(path string, heads map[string]witnessedHead) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("writing the witness state %s: %w", path, err)
		}
	}()
	text, err := formatWitnessState(heads)
	if err != nil {
		return err
	}
	if len(text) > maxWitnessState {
		return fmt.Errorf("it would have %d bytes, at most %d are read", len(text), maxWitnessState)
	}
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	return err
}
