package page

import (
	"net/url"
	"strconv"
)

// PageSize is how many people or entries a page of a list shows.
const PageSize = 50

// Pages says which page of a list is shown, and how to reach the others.
type Pages struct {
	Page, Total, Size int
	Address           func(page int) string
}

// Last is the number of the last page.
func (p Pages) Last() int { return max((p.Total+p.Size-1)/p.Size, 1) }

// From is the place of the first shown among all, from 1; 0 when there are none.
func (p Pages) From() int { return min((p.Page-1)*p.Size+1, p.Total) }

// To is the place of the last shown among all.
func (p Pages) To() int { return min(p.Page*p.Size, p.Total) }

// PageOf reads which page is asked for; anything that is no page number is the first.
func PageOf(q url.Values) int {
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// Paged is the pages of a list whose address is the given one with its query.
func Paged(path string, q url.Values, total, size int) Pages {
	return Pages{Page: PageOf(q), Total: total, Size: size, Address: func(n int) string {
		with := url.Values{}
		for name, values := range q {
			with[name] = values
		}
		with.Del("page")
		if n > 1 {
			with.Set("page", strconv.Itoa(n))
		}
		if len(with) == 0 {
			return path
		}
		return path + "?" + with.Encode()
	}}
}

// Cut returns the part of a list that a page shows.
func Cut[T any](list []T, p Pages) []T {
	from := min((p.Page-1)*p.Size, len(list))
	return list[from:min(from+p.Size, len(list))]
}
