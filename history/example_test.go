package history_test

import (
	"fmt"
	"os"

	"smtpconsole/history"
	"smtpconsole/protocol"
)

// A session that is kept in memory, and what became of it.
func ExampleLog() {
	l := history.NewLog(nil, nil)
	l.Append(protocol.Event{Kind: protocol.KindConnect, Text: "127.0.0.1:25"})
	l.Append(protocol.Event{
		Kind: protocol.KindServer, Text: "554 no mail service here",
		Reply: &protocol.Reply{Code: 554, Lines: []string{"no mail service here"}},
	})
	if err := l.Close(); err != nil {
		fmt.Println(err)
	}

	_ = history.WriteText(os.Stdout, history.Each(l.Events()))
	fmt.Println(l.Progress().ExitCode(), l.Progress().Outcome())
	// Output:
	// # connect: 127.0.0.1:25
	// S: 554 no mail service here
	// 21 refused at greeting: 554
}
