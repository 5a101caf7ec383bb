package main

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// parseNetworks reads the networks of trusted proxies: addresses, or networks in CIDR form.
func parseNetworks(list []string) ([]netip.Prefix, error) {
	networks := make([]netip.Prefix, len(list))
	for i, text := range list {
		if address, err := netip.ParseAddr(text); err == nil {
			networks[i] = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil || network.Addr().Is4In6() {
			return nil, faulty("proxy-malformed", "network", text)
		}
		networks[i] = network.Masked()
	}
	return networks, nil
}

// behindProxies gives each request the address that it came from. When the other end of
// the connection is a trusted proxy, that is the last address in X-Forwarded-For that is
// none: each proxy appends whom it heard, so what stands before may be invented. With no
// networks the header is not read at all.
func behindProxies(networks []netip.Prefix, next http.Handler) http.Handler {
	if len(networks) == 0 {
		return next
	}
	trusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(a) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !trusted(connection.Addr().Unmap()) {
			next.ServeHTTP(w, r)
			return
		}
		from := connection.Addr().Unmap()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && trusted(from); i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break // what a proxy cannot have written: the address before it is the last that is known
			}
			from = hop.Unmap().WithZone("")
		}
		known := *r
		if r.TLS == nil && r.Header.Get("X-Forwarded-Proto") == "https" {
			known.TLS = new(tls.ConnectionState) // the line is encrypted as far as the proxy: cookies and headers say so
		}
		known.RemoteAddr = netip.AddrPortFrom(from, connection.Port()).String()
		next.ServeHTTP(w, &known)
	})
}

// siteOf is the origin of the address under which people find the service, as browsers send it; empty when there is none.
func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// foundAt makes every request one over an encrypted line when people find the service by https, whoever encrypts it: cookies are
// then for encrypted lines alone, and browsers are told to use no other. Without --url that is said by the line itself.
func foundAt(origin string, next http.Handler) http.Handler {
	if !strings.HasPrefix(origin, "https://") {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS == nil {
			known := *r
			known.TLS = new(tls.ConnectionState)
			r = &known
		}
		next.ServeHTTP(w, r)
	})
}
