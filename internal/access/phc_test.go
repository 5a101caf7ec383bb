package access

import (
	"bytes"
	"encoding/base64"
	"testing"

	"golang.org/x/crypto/argon2"
)

// The stored form is not part of the desk's door, so that it is read from inside.

func TestAHashSaysWhatItCost(t *testing.T) {
	phc, err := hashPassword("a long password", bytes.NewReader(make([]byte, saltSize)))
	if err != nil {
		t.Fatal(err)
	}
	// Computed from the definition, with OWASP's parameters.
	want := "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$" +
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("a long password"), make([]byte, 16), 2, 19456, 1, 32))
	if phc != want {
		t.Errorf("hashed as %s, want %s", phc, want)
	}
	for password, right := range map[string]bool{"a long password": true, "a long passwore": false, "": false} {
		if is, err := passwordMatches(phc, password); err != nil || is != right {
			t.Errorf("%q matches: %v, %v", password, is, err)
		}
	}
	// A hash of other parameters is still understood.
	cheap := "$argon2id$v=19$m=64,t=1,p=2$AAAAAAAAAAAAAAAAAAAAAA$" +
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("a long password"), make([]byte, 16), 1, 64, 2, 32))
	if is, err := passwordMatches(cheap, "a long password"); err != nil || !is {
		t.Errorf("an older hash matches: %v, %v", is, err)
	}
}

func FuzzParsePHC(f *testing.F) {
	for _, seed := range []string{"", "$", "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2i$v=19$m=1,t=1,p=1$AAAA$AAAA", "$argon2id$v=19$m=99999999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=0,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$p=1,t=1,m=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, phc string) {
		p, err := parsePHC(phc)
		if err != nil {
			return
		}
		if p.memory == 0 || p.memory > 1<<20 || p.time == 0 || p.time > 100 || p.threads == 0 || p.threads > 16 || len(p.hash) < 16 || len(p.salt) < 8 {
			t.Errorf("%q is read as %+v", phc, p)
		}
	})
}
