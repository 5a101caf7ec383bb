//go:build unix

package seal

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// lockWitnessState takes the lock beside a state file. The lock is the kernel's: it ends with the process, however that
// ends. The error is ErrInUse when another witness holds it.
func lockWitnessState(path string) (*os.File, error) {
	file, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the witness state: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close() // nothing was written to it
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("locking the witness state %s: %w", path, ErrInUse)
		}
		return nil, fmt.Errorf("locking the witness state %s: %w", path, err)
	}
	return file, nil
}

// syncFolder makes a rename within a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if closing := folder.Close(); err == nil {
		err = closing
	}
	return err
}
