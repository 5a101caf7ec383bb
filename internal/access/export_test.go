package access

// Forget forgets every answer, so that the next question is decided anew.
func (p *Policies) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.known)
}
