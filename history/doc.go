// Package history keeps what happened in sessions: in memory while one runs,
// and in files for ever.
//
//   - [Log] is the running session: append-only, read by any number of readers.
//   - [Recorder] writes a session's file; [Store] is the directory of them.
//   - [Progress] folds events into the facts a person asks for first: how far
//     it came, what was refused, which exit code. [Summary] is its result.
//   - [Filter] chooses among summaries; [Store.Search] looks into all sessions.
//   - [Store.Remove] puts a session into the trash, from which [Store.Restore]
//     brings it back; [Store.Prune] deletes by age or size, where somebody asks for it.
//   - [Steps] folds a session into what it sent and what came of it; [Compare]
//     puts two side by side, and a [Rerun] sends one again.
//   - [Import] reads what other programs and people wrote, [ExportFormats] are
//     the forms a session leaves in; [WriteText] and [WriteJSON] print events.
//
// # Files
//
// A store is a directory of mode 0700 that holds
//
//	sessions/20261121T180355Z-4f2a.jsonl   one file a session, mode 0600
//	sessions/20261121T180355Z-4f2a.label   label and note, edited at any time
//	sessions/20261121T180355Z-4f2a.fold    what List found of a session without an end
//	trash/                                 the same files of removed sessions
//	bodies/<SHA-256 in hex>                messages too large for a line
//	bodies/incoming-*                      a message that is being kept
//	lock                                   locked while sessions are moved or deleted
//
// A session file is JSON Lines. The first line is its [Header], whose format
// names the version; each further line is one [protocol.Event]; after an
// orderly end one line {"summary":…} follows, so that a listing need not read
// the whole file. It repeats what folding the events gives and nothing else.
// A line without a "kind" is not an event and is passed over, and so is a field
// that is not known: a later version 1 may add either. A change that this
// reader would misunderstand needs version 2, and version 1 is read for ever.
//
// A session file is locked (flock) for as long as it is recorded: what is locked
// is neither moved nor deleted. Where the system knows no such lock, Windows, it
// refuses both by itself.
//
// An edit never touches a session file. Where an event's text is not UTF-8 its
// octets stand beside it in base64.
//
// # Promises
//
// An event is handed to the kernel, in one write, before any reader of the
// [Log] gets it, so a crash or a kill costs at most the event being written. It
// reaches the disk within about a second, and before [Log.Close] returns, so a power
// failure costs no more than that. The torn line either may leave is reported
// as a [TornError]; the lines before it are good. Secrets cannot be in a file,
// because the constructors in package protocol leave them out of events.
package history
