//go:build !unix

package seal

import (
	"errors"
	"fmt"
	"os"
)

// A witness needs a lock that ends with its process and a rename that is durable, so it runs on Unix alone. All else in
// this package, checking receipts above all, runs anywhere.

func lockWitnessState(path string) (*os.File, error) {
	return nil, fmt.Errorf("locking the witness state %s: a witness runs on Unix: %w", path, errors.ErrUnsupported)
}

func syncFolder(string) error { return errors.ErrUnsupported }
