// Package cells is the desk that decides who goes into which cell: assessments, orders to
// keep people apart or to go over certified capacity, plans of cells for one person, a bus, a
// transfer or a wing, and how much room people have. What is lawful is for custody to say,
// and the search for a plan is that of allocate; a plan is judged again, person by person,
// when it is carried out.
package cells
