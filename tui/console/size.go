package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units are the letters behind a size; each is a power of 1,024.
const units = "KMG"

// ParseSize reads a number of octets as people write it: "65536", "64K",
// "10M", "1G".
func ParseSize(s string) (int64, error) {
	digits, factor := s, int64(1)
	if len(s) > 0 {
		if i := strings.Index(units, strings.ToUpper(s[len(s)-1:])); i >= 0 {
			digits, factor = s[:len(s)-1], int64(1)<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/factor {
		return 0, fmt.Errorf("%q is no size: write 65536, 64K, 10M or 1G", s)
	}
	return n * factor, nil
}

// Size is a number of octets that settings write as "500M" or "1G". The zero
// value says nothing.
type Size int64

// Set reads what ParseSize does.
func (n *Size) Set(s string) error {
	octets, err := ParseSize(s)
	*n = Size(octets)
	return err
}

// UnmarshalText is Set for config.toml.
func (n *Size) UnmarshalText(b []byte) error { return n.Set(string(b)) }

// String is the size as Set reads it; "" for none.
func (n *Size) String() string {
	if *n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*n), 10)
}

// Type is the word that help shows.
func (n *Size) Type() string { return "size" }

// KeepMax is the largest message that is copied beside the record, in octets.
// The zero value means 32M.
type KeepMax int64

// Values of KeepMax that are no number of octets.
const (
	keepNone KeepMax = -1
	keepAll  KeepMax = math.MaxInt64
)

// keepDefault is the value that the zero KeepMax stands for.
const keepDefault = 32 << 20

// keepWords are what settings write for them.
var keepWords = map[KeepMax]string{0: "32M", keepNone: "0", keepAll: "all"}

// Set reads "10M", "0" for no copy of any message, or "all".
func (k *KeepMax) Set(s string) error {
	if strings.EqualFold(s, keepWords[keepAll]) {
		*k = keepAll
		return nil
	}
	n, err := ParseSize(s)
	if err != nil {
		return fmt.Errorf("%w, or all", err)
	}
	if *k = KeepMax(n); n == 0 {
		*k = keepNone
	}
	return nil
}

// UnmarshalText is Set for config.toml.
func (k *KeepMax) UnmarshalText(b []byte) error { return k.Set(string(b)) }

// String is the size as Set reads it.
func (k *KeepMax) String() string {
	if word, ok := keepWords[*k]; ok {
		return word
	}
	return strconv.FormatInt(int64(*k), 10)
}

// Type is the word that help shows.
func (k *KeepMax) Type() string { return "size" }

// octets is the largest message to keep; 0 means none.
func (k KeepMax) octets() int64 {
	switch k {
	case 0:
		return keepDefault
	case keepNone:
		return 0
	}
	return int64(k)
}
