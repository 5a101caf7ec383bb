package book

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	modernc "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrUnreachable says that the database could not be asked: it is down, away, full, busy
// or shut to this server. It says nothing about what is stored there.
var ErrUnreachable = errors.New("the database cannot be reached")

// Unreachable reports whether an error, of the book or of a desk's own query, means that
// the database could not be asked. It is judged by the drivers' codes, never by their
// words; damage to what is stored is not among them.
func Unreachable(err error) bool {
	if err == nil {
		return false
	}
	var (
		lite     *modernc.Error
		server   *pgconn.PgError
		connect  *pgconn.ConnectError
		network  net.Error
		deadline = errors.Is(err, context.DeadlineExceeded)
	)
	switch {
	case errors.Is(err, ErrUnreachable):
		return true
	case errors.As(err, &lite):
		return liteUnreachable[lite.Code()&0xff]
	case errors.As(err, &server):
		return serverUnreachable(server.Code)
	case errors.As(err, &connect), errors.As(err, &network), deadline, pgconn.SafeToRetry(err):
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// outOfReach adds ErrUnreachable to an error that means it.
func outOfReach(err error) error {
	if Unreachable(err) && !errors.Is(err, ErrUnreachable) {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return err
}

// liteUnreachable are SQLite's primary result codes that say nothing about what the file holds.
var liteUnreachable = map[int]bool{
	sqlite3.SQLITE_BUSY: true, sqlite3.SQLITE_LOCKED: true, sqlite3.SQLITE_NOMEM: true, sqlite3.SQLITE_READONLY: true, sqlite3.SQLITE_INTERRUPT: true,
	sqlite3.SQLITE_IOERR: true, sqlite3.SQLITE_FULL: true, sqlite3.SQLITE_CANTOPEN: true, sqlite3.SQLITE_PROTOCOL: true, sqlite3.SQLITE_PERM: true,
	sqlite3.SQLITE_AUTH: true,
}

// serverUnreachable judges a code of PostgreSQL (its manual, appendix A): connections (08),
// authorisation (28), resources (53), the operator's hand (57), the system under it (58),
// and a database or role that is not there.
func serverUnreachable(code string) bool {
	for _, class := range []string{"08", "28", "53", "57", "58"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return code == "3D000" || code == lockNotAvailable
}
