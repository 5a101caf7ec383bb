package web

import (
	"net/url"
	"strconv"
)

// pageSize is how many people or entries a page of a list shows.
const pageSize = 50

// pages says which page of a list is shown, and how to reach the others.
type pages struct {
	Page, Total, Size int
	Address           func(page int) string
}

// Last is the number of the last page.
func (p pages) Last() int { return max((p.Total+p.Size-1)/p.Size, 1) }

// From is the place of the first shown among all, from 1; 0 when there are none.
func (p pages) From() int { return min((p.Page-1)*p.Size+1, p.Total) }

// To is the place of the last shown among all.
func (p pages) To() int { return min(p.Page*p.Size, p.Total) }

// pageOf reads which page is asked for; anything that is no page number is the first.
func pageOf(q url.Values) int {
	n, err := strconv.Atoi(q.Get("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// paged is the pages of a list whose address is the given one with its query.
func paged(path string, q url.Values, total, size int) pages {
	return pages{Page: pageOf(q), Total: total, Size: size, Address: func(n int) string {
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

// cut returns the part of a list that a page shows.
func cut[T any](list []T, p pages) []T {
	from := min((p.Page-1)*p.Size, len(list))
	return list[from:min(from+p.Size, len(list))]
}
