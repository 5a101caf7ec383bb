package book_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// How many clients move and look at one person, and how often each.
const (
	movers = 6
	each   = 30
)

// moveInput is a move to a place, or, with no place, a look at where the person is.
type moveInput struct{ to string }

type moveOutput struct {
	at   string // what a look saw
	took bool   // whether a move was written; refused, the person was there already
}

// onePerson is what a register of one person's place must look like to all its users at
// once: as if every move and look happened at one instant between its call and its reply.
var onePerson = porcupine.Model{
	Init: func() any { return habeastest.OriginReception },
	Step: func(state, input, output any) (bool, any) {
		at, in, out := state.(string), input.(moveInput), output.(moveOutput)
		switch {
		case in.to == "":
			return out.at == at, at
		case out.took:
			return in.to != at, in.to
		default:
			return in.to == at, at
		}
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v -> %+v", input, output) },
}

func TestMovesOfOnePersonAreLinearizable(t *testing.T) {
	habeastest.Engines(t, func(t *testing.T, s *habeastest.Store) {
		b := s.Established(1)
		person := habeastest.Numbers(1)[0]
		places := []string{habeastest.OriginReception, habeastest.OriginCell, "OLD-M1-C2"}
		var mu sync.Mutex
		var history []porcupine.Operation
		started := time.Now()
		var wait sync.WaitGroup
		for c := range movers {
			wait.Go(func() {
				for i := range each {
					in, out := moveInput{}, moveOutput{}
					if (c+i)%3 > 0 {
						in.to = places[(c*7+i*5)%len(places)]
					}
					call := time.Since(started).Nanoseconds()
					if in.to == "" {
						b.Read(func(s *custody.State) { out.at = s.Holdings.Get(person).At.Place })
					} else {
						_, err := habeastest.Do(b, book.Command{By: "duty"}, move(person, in.to))
						out.took = err == nil
						if err != nil && !errors.Is(err, custody.Refused("already-there")) {
							t.Errorf("move to %s: %v", in.to, err)
						}
					}
					back := time.Since(started).Nanoseconds()
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: c, Input: in, Call: call, Output: out, Return: back})
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if got := porcupine.CheckOperationsTimeout(onePerson, history, 20*time.Second); got != porcupine.Ok {
			t.Fatalf("%d moves and looks: the history is %s, want linearizable", len(history), got)
		}
		sound(t, b)
	})
}

// The check itself must be able to fail: a look that sees the past is no linear history.
func TestLinearizabilityCheckSeesAStaleLook(t *testing.T) {
	history := []porcupine.Operation{
		{ClientId: 0, Input: moveInput{habeastest.OriginCell}, Call: 0, Output: moveOutput{took: true}, Return: 10},
		{ClientId: 1, Input: moveInput{}, Call: 20, Output: moveOutput{at: habeastest.OriginReception}, Return: 30},
	}
	if porcupine.CheckOperations(onePerson, history) {
		t.Fatal("a look that saw where the person no longer was passes")
	}
}
