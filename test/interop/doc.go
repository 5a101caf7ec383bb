// Package interop holds the log that Habeas serves against the tools of others: Tessera's client and its fsck read it as
// they would read any C2SP tlog-tiles log. It is a module of its own, so that what Tessera depends on stays out of
// Habeas, and it imports nothing of Habeas: it runs the program and speaks to it over HTTP.
package interop
