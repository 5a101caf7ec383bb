// Package drill invents a service from a fixed seed (an origin prison, a new centre,
// their people and officials) and plays scenarios through the public HTTP API, as
// separate officials with separate sessions would. Everything in it is invented; no real
// person, place or event is described.
package drill
