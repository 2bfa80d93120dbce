// Package console is what all faces share and none of them draws: where to
// connect, with which settings, what a typed line asks for, and carrying it
// out on a live session.
//
//   - ParseTarget and Settings say where and how; Settings come from flags,
//     the environment and config.toml, in this order.
//   - Resolve turns what was typed into an Action, purely.
//   - Console makes Sessions; a Session is one connection with its Log, and
//     Do carries out an Action on it. What happens is told by events in the
//     log: Do returns only what could not become one.
//   - Octets are a message, in memory or in a file of any size. A Mail is an
//     envelope and its Octets; Deliver takes it through a session step by step.
package console
