// Package entries is the pages of the book: the feed, an entry with its receipt, the checkpoint and its witnesses.
package entries

import (
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
	"habeas.example/habeas/internal/web/page"
)

type pages struct {
	*page.Door
	roll     *roll.Desk
	verifier verifier
}

// Add adds the pages of the book to the door. The roll desk records looks at entries about people.
func Add(d *page.Door, roll *roll.Desk) {
	p := &pages{Door: d, roll: roll}
	d.Section(page.Section{Name: "book", Address: "/book", Needs: custody.ReadBook})
	d.Permitted(custody.ReadBook, "GET /book", p.feed)
	d.Permitted(custody.ReadBook, "GET /book/verification", p.showVerification)
	d.Permitted(custody.ReadBook, "POST /book/verification", p.verifyNow)
	d.SignedIn("GET /book/{number}", p.entry)
	d.SignedIn("GET /book/{number}/receipt", p.receipt)
	d.SignedIn("GET /book/{number}/receipt.png", p.receiptPicture)
}
