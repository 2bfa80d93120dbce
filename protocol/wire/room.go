package wire

import (
	"bufio"
	"io"
	"sync"
)

// Room is memory that connections use one after another, so that many short
// ones do not make and leave their own each. The zero Room is empty and ready.
// Any number of connections may share one at once.
type Room struct {
	readers  sync.Pool // of *bufio.Reader
	messages sync.Pool // of *buffers
}

// reader returns a reader of lines from nc. Who is done with it puts it back.
func (r *Room) reader(nc io.Reader) *bufio.Reader {
	if br, ok := r.readers.Get().(*bufio.Reader); ok {
		br.Reset(nc)
		return br
	}
	return bufio.NewReaderSize(nc, maxReplyLine)
}

// letGo takes a reader back, and nothing with it of what it read.
func (r *Room) letGo(br *bufio.Reader) {
	br.Reset(nil)
	r.readers.Put(br)
}

// buffers serve one message after another. They belong to the upload that got
// them.
type buffers struct {
	block []byte        // what was read
	out   *bufio.Writer // to the server
	spare chan []byte   // batches that are empty
	made  int           // how many batches there are; they are made as they are needed
}

// message returns the buffers of one message. Who is done with it puts them
// back, with every batch in spare.
func (r *Room) message() *buffers {
	if b, ok := r.messages.Get().(*buffers); ok {
		return b
	}
	return &buffers{
		block: make([]byte, blockSize),
		out:   bufio.NewWriterSize(nil, blockSize-1), // a whole block passes it by
		spare: make(chan []byte, batches),
	}
}

// empty returns a batch to fill, and waits for one where all are in use.
func (b *buffers) empty() []byte {
	if len(b.spare) == 0 && b.made < batches {
		if b.made++; b.made == 1 {
			return make([]byte, 0, firstBatch) // append lets it grow
		}
		return make([]byte, 0, batchSize)
	}
	return <-b.spare
}
