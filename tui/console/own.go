package console

import (
	"net"
	"os"
)

// OwnNames are what texts that are compared may differ in (see
// history.CompareOptions): what this machine is called and its addresses, as far
// as it knows, and the hosts of the targets.
func OwnNames(targets ...Target) []string {
	var own []string
	if name, err := os.Hostname(); err == nil {
		own = append(own, name)
	}
	addresses, _ := net.InterfaceAddrs() // none is no harm
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok {
			own = append(own, network.IP.String())
		}
	}
	for _, t := range targets {
		if t.Host != "" {
			own = append(own, t.Host)
		}
	}
	return own
}
