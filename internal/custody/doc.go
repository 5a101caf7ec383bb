// Package custody is the heart of Habeas: people, places, authorities, movements and
// transfers, and the laws of custody as functions.
//
// It is pure: no I/O, no clock, no randomness. The present state of a service is a
// [State]; what happened is a sequence of [Entry]; [State.Apply] folds one into the
// other and is the only code that changes state. The functions that decide (Admit,
// CellMove, Release, AcceptHandover, ...) read a State and answer with the entries
// to record, or with a [Refusal] that names the law, the person and the mend.
package custody
