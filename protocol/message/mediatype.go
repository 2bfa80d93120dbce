package message

import (
	"bytes"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// byExtension are the media types people send, so that they do not depend on
// the machine. Text has no charset here: nobody knows the one of a file.
var byExtension = map[string]string{
	".7z":   "application/x-7z-compressed",
	".avif": "image/avif",
	".bmp":  "image/bmp",
	".bz2":  "application/x-bzip2",
	".crt":  "application/x-x509-ca-cert",
	".csv":  "text/csv",
	".doc":  "application/msword",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".eml":  "message/rfc822",
	".exe":  "application/vnd.microsoft.portable-executable",
	".gif":  "image/gif",
	".gz":   "application/gzip",
	".htm":  "text/html",
	".html": "text/html",
	".ics":  "text/calendar",
	".jpeg": "image/jpeg",
	".jpg":  "image/jpeg",
	".js":   "text/javascript",
	".json": "application/json",
	".log":  "text/plain",
	".md":   "text/markdown",
	".mp3":  "audio/mpeg",
	".mp4":  "video/mp4",
	".odp":  "application/vnd.oasis.opendocument.presentation",
	".ods":  "application/vnd.oasis.opendocument.spreadsheet",
	".odt":  "application/vnd.oasis.opendocument.text",
	".ogg":  "audio/ogg",
	".pdf":  "application/pdf",
	".png":  "image/png",
	".ppt":  "application/vnd.ms-powerpoint",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".rtf":  "application/rtf",
	".svg":  "image/svg+xml",
	".tar":  "application/x-tar",
	".tgz":  "application/gzip",
	".tif":  "image/tiff",
	".tiff": "image/tiff",
	".txt":  "text/plain",
	".vcf":  "text/vcard",
	".wav":  "audio/wav",
	".webm": "video/webm",
	".webp": "image/webp",
	".xls":  "application/vnd.ms-excel",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".xml":  "application/xml",
	".xz":   "application/x-xz",
	".zip":  "application/zip",
	".zst":  "application/zstd",
}

// byStart are the first octets of files that come without an extension.
var byStart = []struct{ octets, kind string }{
	{"%PDF-", "application/pdf"},
	{"\x89PNG\r\n\x1a\n", "image/png"},
	{"\xff\xd8\xff", "image/jpeg"},
	{"GIF87a", "image/gif"},
	{"GIF89a", "image/gif"},
	{"PK\x03\x04", "application/zip"},
	{"\x1f\x8b", "application/gzip"},
}

// sniffed is how many octets of a file are looked at.
const sniffed = 512

// sniff is the media type of the file at path. It opens the file also where
// the extension tells, as a file that cannot be read is none to attach.
func sniff(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	start, err := io.ReadAll(io.LimitReader(file, sniffed))
	if err != nil {
		return "", err
	}
	ext := strings.ToLower(filepath.Ext(path))
	if kind, ok := byExtension[ext]; ok {
		return kind, nil
	}
	if kind, _, err := mime.ParseMediaType(mime.TypeByExtension(ext)); err == nil {
		return kind, nil
	}
	return kindOf(start), nil
}

// kindOf tells by the first octets of a file.
func kindOf(start []byte) string {
	for _, row := range byStart {
		if bytes.HasPrefix(start, []byte(row.octets)) {
			return row.kind
		}
	}
	if isText(start) {
		return "text/plain"
	}
	return octetStream
}

// isText is true for UTF-8, perhaps ended within a character, whose only
// controls are those of text.
func isText(start []byte) bool {
	for len(start) > 0 {
		r, size := utf8.DecodeRune(start)
		switch {
		case r == utf8.RuneError && size == 1:
			return !utf8.FullRune(start)
		case r < ' ' && !strings.ContainsRune("\t\n\r\f\x1b", r), r == '\x7f':
			return false
		}
		start = start[size:]
	}
	return true
}
