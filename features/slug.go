package features

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
)

// longestRow is how long the slug of an example row may be before its end is replaced by a checksum of the whole row.
const longestRow = 80

// parameter is a placeholder of an outline. What looks like markup or a comparison is none.
var parameter = regexp.MustCompile(`<([A-Za-z][^<>]*)>`)

// slug writes a name in [a-z0-9-]. Apostrophes vanish and everything else parts words. A name that leaves nothing, such
// as one in Japanese, becomes a checksum, so that it is still told apart from others.
func slug(name string) string {
	if s := words(name); s != "" {
		return s
	}
	return checksum(name)
}

// outlineSlug is the slug of an outline, the same for all its rows: that of its name without the parameters, or of the
// parameters where the name has nothing else.
func outlineSlug(name string) string {
	if s := words(parameter.ReplaceAllString(name, " ")); s != "" {
		return s
	}
	return slug(name)
}

// rowSlug is the slug of an example row: all its cells, so that neither the order of the rows nor a new row changes it.
func rowSlug(cells []string) string {
	var parts []string
	for _, cell := range cells {
		if s := words(cell); s != "" {
			parts = append(parts, s)
		}
	}
	s := strings.Join(parts, "-")
	if s != "" && len(s) <= longestRow {
		return s
	}
	whole := checksum(strings.Join(cells, "\x00"))
	if s == "" {
		return whole
	}
	short := s[:longestRow-1-len(whole)]
	if i := strings.LastIndexByte(short, '-'); i > longestRow/2 {
		short = short[:i]
	}
	return strings.TrimRight(short, "-") + "-" + whole
}

func words(text string) string {
	var s strings.Builder
	parted := false
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if parted && s.Len() > 0 {
				s.WriteByte('-')
			}
			parted = false
			s.WriteRune(r)
		case r == '\'' || r == '’':
		default:
			parted = true
		}
	}
	return s.String()
}

func checksum(text string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text)) // a hash never fails
	return fmt.Sprintf("%08x", h.Sum32())
}
