//go:build !linux

package history

// syncWhole is for systems that sync a file system as a whole, and tell how
// that went.
func syncWhole(string) bool { return false }
