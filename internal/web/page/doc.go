// Package page is what every page is made of: the door that a request comes through, the frame that a page stands in, and
// the components that it is put together from. The pages themselves are in the packages beside this one, one a subject.
//
// A page has four parts, side by side in the package of its subject:
//
//   - a struct, typed, that holds all that the page shows;
//   - a template that shows the struct and asks nobody for anything;
//   - a handler that fills the struct from the desks; it holds no rule;
//   - texts, in the catalogues of the words room, under "page.SUBJECT." in Spanish and English.
//
// # Components
//
// Each is a templ component here, styled in internal/web/front, and shown in every state by `habeas gallery`.
//
//   - [Layout]: the whole page. Navigation shows what the official may open. A [Frame] with a Stream is live.
//   - [Alerts]: what is wrong, first on a page; an [Alert] says how much, what, and what to do.
//   - [Tiles]: numbers, each with what it counts, since when, and a link to the people behind it ([Tile]).
//   - [Table]: a list, scrolled inside itself when it is wide. [Paging] leads through 40,000 rows, fifty at a time.
//   - [Input], [TextArea], [Select], [Radios], [Checkbox], [Upload]: fields that keep what was typed and say beside
//     themselves what to mend; [ErrorSummary] lists it above the form. All take a [Form].
//   - [Confirmation]: the panel of a step that takes two people, or that cannot be taken back.
//   - [Offers]: what one may do now; what the law refuses now is said with the reason and the mend.
//   - [IdentityBar], [Timeline] and [TimelineItem]: who somebody is, and a chain of what happened.
//   - [Tag], [Meter], [SubNavigation], [Breadcrumbs], [Notice], [Empty], [Waiting], [Facts] and [Fact].
//   - [Moment], [Since], [Instant], [Count], [Someone], [Whereabout], [Dash]: times, numbers, people and places in a text.
//
// # Live pages
//
// A page is live when its Frame has a Stream: the address where [Door.Stream] sends the page's parts anew at every change of
// the book. A part is an element with an id and the attribute data-part; the browser puts those in place that differ. When
// the line is cut the page says since when, and keeps trying.
//
// # Parts asked for
//
// What a reader asks of a part of a page (search as they type, progress of a long work) goes by htmx attributes (hx-get,
// hx-target). [Visit.AsksForPart] tells a handler that the part alone is wanted; the same address must answer a browser
// without a script with the whole page.
package page
