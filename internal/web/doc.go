// Package web is the door of the pages: the roll now, transfers, people, the book. Pages
// are made on the server and are whole without a script; one small module of our own keeps
// numbers live and finds people as one types.
//
// A page is a typed struct that a handler fills from the desks and a template shows. Every
// text comes from the catalogues of the words room, under "page." or as a term.
package web
