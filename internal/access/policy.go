package access

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"habeas.example/habeas/internal/custody"
)

//go:embed policies/*.cedar
var shipped embed.FS

// policyFolder is the folder, in a service's data folder, of the rules that it adds.
const policyFolder = "policies"

// Bounds of a service's own rules.
const (
	maxPolicyFile = 256 << 10 // bytes
	maxPolicies   = 1000
)

// Policies are the rules on who may do what: those that are shipped, and the stricter ones
// that a service adds. They decide for the book's writer and for readers alike, and may be
// asked from any goroutine.
type Policies struct {
	byAction map[custody.Action]ruleList
	added    []string // the service's own rules, by their names
	text     []byte   // of their files
	named    []string // the places that rules name

	mu    sync.RWMutex
	known map[asked]*custody.Refusal
}

// ruleList is the rules that can bear on one action, in the order of their names.
type ruleList []rule

type rule struct {
	id     types.PolicyID
	policy *cedar.Policy
}

// All makes a list of rules what Cedar authorises by.
func (l ruleList) All() iter.Seq2[types.PolicyID, *cedar.Policy] {
	return func(yield func(types.PolicyID, *cedar.Policy) bool) {
		for _, r := range l {
			if !yield(r.id, r.policy) {
				return
			}
		}
	}
}

// LoadPolicies reads the rules: those that are shipped and, when a data folder is named and
// has a folder "policies", the service's own. Nothing is taken of a folder in which
// anything is wrong; the error names the file and what is wrong in it.
func LoadPolicies(dataFolder string) (*Policies, error) {
	p := &Policies{byAction: map[custody.Action]ruleList{}, known: map[asked]*custody.Refusal{}}
	names := map[types.PolicyID]string{}
	own, err := fs.Sub(shipped, policyFolder)
	if err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}
	if err := p.loadFolder(own, names, false); err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}
	if dataFolder == "" {
		return p, nil
	}
	folder := filepath.Join(dataFolder, policyFolder)
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	if err := p.loadFolder(os.DirFS(folder), names, true); err != nil {
		return nil, fmt.Errorf("read the service's own policies in %s: %w", folder, err)
	}
	return p, nil
}

// Added are the names of the rules that the service has added to those that are shipped.
func (p *Policies) Added() []string { return p.added }

func (p *Policies) loadFolder(folder fs.FS, names map[types.PolicyID]string, added bool) error {
	files, err := fs.Glob(folder, "*.cedar")
	if err != nil {
		return err
	}
	for _, file := range files {
		info, err := fs.Stat(folder, file)
		if err != nil {
			return err
		}
		if info.Size() > maxPolicyFile {
			return fmt.Errorf("%s: longer than %d bytes", file, maxPolicyFile)
		}
		text, err := fs.ReadFile(folder, file)
		if err != nil {
			return err
		}
		if added {
			p.text = append(p.text, text...)
		}
		list, err := cedar.NewPolicyListFromBytes(file, text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		for i, one := range list {
			id := types.PolicyID(one.Annotations()["id"])
			if id == "" {
				id = types.PolicyID(fmt.Sprintf("%s-%d", strings.TrimSuffix(path.Base(file), ".cedar"), i+1))
			}
			if other, taken := names[id]; taken {
				return fmt.Errorf("%s: the rule %q is in %s already", file, id, other)
			}
			names[id] = file
			if len(names) > maxPolicies {
				return fmt.Errorf("%s: more than %d rules", file, maxPolicies)
			}
			if added {
				if one.Effect() != cedar.Forbid {
					return fmt.Errorf("%s: the rule %q permits; a service may add rules that forbid, and no others", file, id)
				}
				p.added = append(p.added, string(id))
			}
			if err := p.add(id, one); err != nil {
				return fmt.Errorf("%s: the rule %q: %w", file, id, err)
			}
		}
	}
	return nil
}

// add files a rule under the actions that it bears on. What it names must exist: a rule
// against an action that is misspelt would hold nobody back.
func (p *Policies) add(id types.PolicyID, one *cedar.Policy) error {
	text, err := one.MarshalJSON()
	if err != nil {
		return err
	}
	var written struct {
		Action struct {
			Op       string      `json:"op"`
			Entity   *reference  `json:"entity"`
			Entities []reference `json:"entities"`
		} `json:"action"`
	}
	var whole any
	if err := errors.Join(json.Unmarshal(text, &written), json.Unmarshal(text, &whole)); err != nil {
		return err
	}
	if err := p.checkNames(whole); err != nil {
		return err
	}
	actions := custody.Actions
	if written.Action.Op != "All" {
		actions = nil
		if written.Action.Entity != nil {
			written.Action.Entities = append(written.Action.Entities, *written.Action.Entity)
		}
		for _, r := range written.Action.Entities {
			actions = append(actions, custody.Action(r.ID))
		}
	}
	for _, a := range actions {
		p.byAction[a] = append(p.byAction[a], rule{id, one})
	}
	return nil
}

type reference struct{ Type, ID string }

// What rules may name.
var (
	entityTypes = []string{typeOfficial, typeRole, typeAction, typePlace, typeService}
	attributes  = []string{"serves", "name", "handIsFresh", "glassIsBroken"}
)

// checkNames walks a rule in its JSON form and refuses names that stand for nothing.
func (p *Policies) checkNames(node any) error {
	switch n := node.(type) {
	case []any:
		for _, child := range n {
			if err := p.checkNames(child); err != nil {
				return err
			}
		}
	case map[string]any:
		if of, ok := n["type"].(string); ok {
			if err := p.checkReference(of, n["id"]); err != nil {
				return err
			}
		}
		if of, ok := n["entity_type"].(string); ok && !slices.Contains(entityTypes, of) {
			return fmt.Errorf("there is no type %q", of)
		}
		if attribute, ok := n["attr"].(string); ok && !slices.Contains(attributes, attribute) {
			return fmt.Errorf("there is no attribute %q", attribute)
		}
		for key, child := range n {
			if key == "annotations" {
				continue
			}
			if err := p.checkNames(child); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Policies) checkReference(of string, id any) error {
	name, named := id.(string)
	switch {
	case !slices.Contains(entityTypes, of):
		return fmt.Errorf("there is no type %q", of)
	case of == typeAction && named && !slices.Contains(custody.Actions, custody.Action(name)):
		return fmt.Errorf("there is no action %q", name)
	case of == typeRole && named && !slices.Contains(custody.Roles, custody.Role(name)):
		return fmt.Errorf("there is no office %q", name)
	case of == typePlace && named && !slices.Contains(p.named, name):
		p.named = append(p.named, name)
	}
	return nil
}
