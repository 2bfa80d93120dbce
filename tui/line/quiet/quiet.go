// Package quiet keeps the terminal out of the program's start. Bubble Tea asks
// it for its background colour in its init function, whatever the program is
// about to do: that costs every command a round trip, 5 s where a terminal does
// not answer, and what is typed meanwhile. It does not ask where the variable
// CI is set; so it is, until main runs.
//
// Packages are initialised in the order of their import paths, as far as their
// own imports allow (Go 1.21). This one comes before Bubble Tea because it
// imports nothing that needs package strings, which Bubble Tea does, and whose
// path comes later than this one's. It must stay so: a test of package line
// runs the program in a terminal and sees that it is not asked.
package quiet

import "os"

const variable = "CI"

var before, had = hush()

func hush() (string, bool) {
	value, ok := os.LookupEnv(variable)
	_ = os.Setenv(variable, "true")
	return value, ok
}

// End puts the environment back as it was. It is main's first call.
func End() {
	if had {
		_ = os.Setenv(variable, before)
		return
	}
	_ = os.Unsetenv(variable)
}
