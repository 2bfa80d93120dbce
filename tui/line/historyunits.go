package line

import (
	"fmt"
	"strconv"
	"time"
)

// Age is a time that command lines write as 90d, 12w or 36h.
type Age time.Duration

// ageUnits are the letters behind an Age.
var ageUnits = map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// Set reads a whole number of hours, days or weeks.
func (a *Age) Set(s string) error {
	if s == "" {
		s = " "
	}
	last := len(s) - 1
	n, err := strconv.ParseInt(s[:last], 10, 32)
	unit, ok := ageUnits[s[last]]
	if err != nil || !ok || n < 1 || n > int64(time.Duration(1<<63-1)/unit) {
		return fmt.Errorf("%q is no age: write 90d, 12w or 36h", s)
	}
	*a = Age(time.Duration(n) * unit)
	return nil
}

// String is the age as Set reads it, in hours; "" for none.
func (a *Age) String() string {
	if *a == 0 {
		return ""
	}
	return strconv.Itoa(int(time.Duration(*a)/time.Hour)) + "h"
}

// Type is the word that help shows.
func (a *Age) Type() string { return "age" }

// counted is a number of things.
func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// sizeWords is a number of octets for people, in units of 1,024.
func sizeWords(n int64) string {
	const units = "KMGTPE"
	if n < 1<<10 {
		return counted(int(n), "octet")
	}
	value, unit := float64(n)/(1<<10), 0
	for value >= 1<<10 {
		value, unit = value/(1<<10), unit+1
	}
	return fmt.Sprintf("%.1f %ciB", value, units[unit])
}
