// Package api is the door for programs: the HTTP API, described by the OpenAPI document
// that it serves of itself, and the public log that anyone may read. It turns requests into
// calls of the desks, and what the desks answer into JSON; it decides nothing.
package api
