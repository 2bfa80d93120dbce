package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// tally works out what the event of a message says of its text, in a goroutine
// beside the one that sends it: a digest takes about as long as the sending.
// Its fields are the goroutine's until end returns.
type tally struct {
	todo chan<- []byte // nil once it was ended
	done chan struct{} // closed when the goroutine has ended
	sum  hash.Hash     // nil for no digest
	text stored
}

// newTally starts the goroutine, which ends with end, for a text in front of
// which its message had before octets. A batch that was counted goes to spare,
// where there is room for all of them.
func newTally(o *Options, before int64, spare chan<- []byte) *tally {
	todo := make(chan []byte, batches)
	t := &tally{todo: todo, done: make(chan struct{}), text: newStored(o, before)}
	if o.Keep != nil || !o.NoDigest {
		t.sum = sha256.New()
	}
	go func() {
		defer close(t.done)
		for batch := range todo {
			if t.sum != nil {
				t.sum.Write(batch)
			}
			t.text.add(batch)
			spare <- batch[:0]
		}
	}()
	return t
}

// add gives t the next batch of the text, or nil for none.
func (t *tally) add(batch []byte) {
	if batch != nil {
		t.todo <- batch
	}
}

// end waits until all batches are counted. A second call does nothing.
func (t *tally) end() {
	if t.todo != nil {
		close(t.todo)
		t.todo = nil
	}
	<-t.done
}

// digest is the SHA-256 in hex, or "" for none.
func (t *tally) digest() string {
	if t.sum == nil {
		return ""
	}
	return hex.EncodeToString(t.sum.Sum(nil))
}

func (t *tally) size() int64 { return t.text.size }
