package protocol

import "encoding/binary"

// Eight octets are looked at as one number: ones has a 1 in each of them, tops
// the highest bit of each.
const (
	ones = 0x0101010101010101
	tops = ones << 7
)

// odd tells whether p has a CR, a NUL or an octet above 127.
func odd(p []byte) bool {
	var sum uint64
	for ; len(p) >= 8; p = p[8:] {
		sum |= oddBits(binary.LittleEndian.Uint64(p))
	}
	rest := [8]byte{' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '}
	copy(rest[:], p)
	sum |= oddBits(binary.LittleEndian.Uint64(rest[:]))
	return sum&tops != 0
}

// oddBits sets a highest bit where one of the eight octets in w is odd: its
// own above 127, or the one borrowed where 1 is taken from 0, which a NUL is,
// and a CR after the exclusive or with eight CRs.
func oddBits(w uint64) uint64 {
	return w | (w - ones) | ((w ^ ones*'\r') - ones)
}

// continuations counts the octets 10xxxxxx: those of a character in UTF-8
// behind its first (RFC 3629 §3).
func continuations(p []byte) int {
	n := 0
	for _, c := range p {
		n += int(c >> 7 &^ (c >> 6))
	}
	return n
}
