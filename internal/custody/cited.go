package custody

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
