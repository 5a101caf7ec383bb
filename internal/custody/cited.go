package custody

import "slices"

// What names an attached file: the first letter of its key in the index of citations.
const (
	citingPerson = "P"
	citingPaper  = "A"
	citingOrder  = "O"
)

// citing is a record that may name attached files.
type citing[R any] interface {
	*R
	Files() []string
}

// citedChanged keeps the index of citations true when a record comes, changes or goes.
func citedChanged[R any, T citing[R]](s *State, kind string, old, new T, id func(T) string) {
	if old != nil && new != nil && slices.Equal(old.Files(), new.Files()) {
		return
	}
	if old != nil {
		for _, hash := range old.Files() {
			takeFrom(s.derived.cited, hash, kind+id(old))
		}
	}
	if new != nil {
		for _, hash := range new.Files() {
			putInto(s.derived.cited, hash, kind+id(new))
		}
	}
}

// CitedBy returns the prison numbers of those whose identity, papers or release orders name
// an attached file, sorted. It costs as many steps as there are of them, whatever else is in
// the register.
func (s *State) CitedBy(hash string) []string {
	var people []string
	for key := range s.derived.cited[hash] {
		switch kind, id := key[:1], key[1:]; kind {
		case citingPerson:
			people = append(people, id)
		case citingPaper:
			people = append(people, s.Authorities.Get(id).Person)
		case citingOrder:
			people = append(people, s.ReleaseOrders.Get(id).Person)
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// checkCited says where the index of citations differs from the records.
func (s *State) checkCited(say func(string, ...any)) {
	named := 0
	check := func(key string, files []string) {
		for _, hash := range files {
			named++
			if _, kept := s.derived.cited[hash][key]; !kept {
				say("index: %s names the file %s, and is not found by it", key, hash)
			}
		}
	}
	for p := range s.People.All() {
		check(citingPerson+p.Number, p.Files())
	}
	for a := range s.Authorities.All() {
		check(citingPaper+a.ID, a.Files())
	}
	for o := range s.ReleaseOrders.All() {
		check(citingOrder+o.ID, o.Files())
	}
	kept := 0
	for _, records := range s.derived.cited {
		kept += len(records)
	}
	if kept != named {
		say("index: %d citations of files are kept, the records name %d", kept, named)
	}
}

// Files are the attached files that an identity names by their hashes.
func (p *Person) Files() []string {
	if p == nil || p.Photograph == "" {
		return nil
	}
	return []string{p.Photograph}
}

// Files are the attached files that a paper names.
func (a *Authority) Files() []string {
	if a.Document == "" {
		return nil
	}
	return []string{a.Document}
}

// Files are the attached files that an order to release names.
func (o *ReleaseOrder) Files() []string {
	if o.Document == "" {
		return nil
	}
	return []string{o.Document}
}

// Files are the attached files that an admission names: of the identity, also one that was
// only stated, and of the papers.
func (a *Admission) Files() []string {
	files := append(a.Person.Files(), a.Stated.Files()...)
	for i := range a.Authorities {
		files = append(files, a.Authorities[i].Files()...)
	}
	return files
}

// Files are the attached files that an entry names. Whoever verifies the book asks for each
// of them, so none may be named that is not kept.
func (e *Entry) Files() []string {
	if d, names := e.Detail.(interface{ Files() []string }); names {
		return d.Files()
	}
	return nil
}
