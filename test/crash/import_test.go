package crash

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"habeas.example/habeas/internal/habeastest"
)

// The file that is imported, and how often that is cut short.
const (
	importRows  = 6000
	importBad   = 7 // every so many rows one that is refused
	importKills = 6
)

// An import is killed at seeded instants and begun again. In the end every row of the file
// was taken once or waits in the quarantine once: none is in neither.
func TestImportIsKilled(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, place *habeastest.Store) {
		s := store{place.Config.Dir, place.Config.URL}
		b := place.Established(0)
		place.Close(b)
		file, refused := peopleFile(t)
		apply := []string{"import", "people", file, "--apply", "--into", habeastest.OriginReception}
		chance := rand.New(rand.NewPCG(killSeed, 3))
		killed := 0
		for range importKills {
			c := s.habeas(apply...)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			instant := time.AfterFunc(time.Duration(20+chance.IntN(700))*time.Millisecond, func() { _ = c.Process.Kill() })
			_ = c.Wait() // how it ended is asked below
			instant.Stop()
			if c.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
				killed++
			}
			s.mustVerify(t)
		}
		if killed == 0 {
			t.Error("no import was killed before its end")
		}
		if said, err := s.habeas(apply...).CombinedOutput(); exitOf(err) != 1 {
			t.Fatalf("the import to its end: %v\n%s", err, said)
		}
		report := s.mustVerify(t)
		if taken := report.Roll[habeastest.Origin]; taken != importRows-len(refused) {
			t.Errorf("%d people were taken, of %d", taken, importRows-len(refused))
		}
		waiting := map[string]int{}
		for _, surname := range quarantined(t, s) {
			waiting[surname]++
		}
		for _, surname := range refused {
			if waiting[surname] != 1 {
				t.Errorf("%s is in the quarantine %d times", surname, waiting[surname])
			}
		}
		if len(waiting) != len(refused) {
			t.Errorf("%d rows wait in the quarantine, %d were refused", len(waiting), len(refused))
		}
		t.Logf("killed %d times", killed)
	})
}

// peopleFile writes a table of people, and says which surnames no law lets in.
func peopleFile(t *testing.T) (path string, refused []string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("surname;given;sex;birth;authority;issuer;case;from\n")
	for i := range importRows {
		born, surname := "1990-05-17", fmt.Sprintf("Fila %d", i)
		if i%importBad == 3 {
			born, refused = "1990-05-47", append(refused, surname)
		}
		fmt.Fprintf(&text, "%s;José;M;%s;sentence;First Court;C-%d;2020-01-01\n", surname, born, i)
	}
	path = filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, refused
}

// quarantined is the first column of every row that waits in the quarantine.
func quarantined(t *testing.T, s store) (surnames []string) {
	t.Helper()
	said, err := s.habeas("import", "quarantine").Output()
	if err != nil {
		t.Fatalf("habeas import quarantine: %v", err)
	}
	table := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(said), "\ufeff")))
	table.Comma = ';'
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		surnames = append(surnames, row[0])
	}
	return surnames
}
