package report

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// Fingerprint returns 12 hexadecimal digits that stand for a divergence. They are equal for two that differ only in what
// differs between any two runs: ids, accounts, Regions, times, durations, blobs and local ports.
func Fingerprint(requirement, expected, actual string) string {
	sum := sha256.Sum256([]byte(requirement + "\x00" + Normalise(expected) + "\x00" + Normalise(actual)))
	return hex.EncodeToString(sum[:6])
}

// Normalise replaces what differs between any two runs by what it is, such as <uuid>.
func Normalise(text string) string {
	for _, v := range variable {
		if v.only == nil {
			text = v.pattern.ReplaceAllString(text, v.by)
			continue
		}
		text = v.pattern.ReplaceAllStringFunc(text, func(found string) string {
			if v.only(found) {
				return v.by
			}
			return found
		})
	}
	return strings.Join(strings.Fields(text), " ")
}

// variable is what differs between runs, in an order in which no pattern eats a part of what a later one means.
var variable = []struct {
	pattern *regexp.Regexp
	by      string
	only    func(found string) bool // tells it from what looks like it
}{
	{pattern: regexp.MustCompile(`(?i)\b(request[ _-]?id["']?\s*[:=]\s*["']?)[a-z0-9-]{8,}`), by: "$1<request>"},
	{pattern: regexp.MustCompile(`\b(arn:aws[a-z-]*:[a-z0-9-]+):[a-z0-9-]+:\d{12}:`), by: "$1:<region>:<account>:"},
	{pattern: regexp.MustCompile(`(?i)\b(token ["'])[0-9a-z]{6,}(["'])`), by: "$1<token>$2"}, // that a refusal repeats
	{pattern: regexp.MustCompile(`(?i)\bmrk-[0-9a-f]{32}\b`), by: "<mrk>"},
	{pattern: regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`), by: "<uuid>"},
	{pattern: regexp.MustCompile(`\bsha256 [0-9a-f]{8,64}\b`), by: "sha256 <hex>"}, // of a redacted blob
	{pattern: regexp.MustCompile(`(?i)\b[0-9a-f]{32,}\b`), by: "<hex>"},
	{pattern: regexp.MustCompile(`\b(kmsconform-)[0-9a-f]{16}\b`), by: "$1<hex>"}, // names of the suite's own aliases
	{pattern: regexp.MustCompile( // ISO 8601, and what Go prints
		`\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?(?: [A-Z]{3,4})?(?: m=[+-][\d.]+)?)?`), by: "<time>"},
	{pattern: regexp.MustCompile( // of HTTP
		`\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?: [A-Z]{3,4}| [+-]\d{4})?`), by: "<time>"},
	{pattern: regexp.MustCompile(`\b(127\.0\.0\.1|localhost|\[::1\]):\d{2,5}\b`), by: "$1:<port>"},
	{pattern: regexp.MustCompile(`\b[12]\.\d{3,}[eE]\+?0?(?:9|12)\b`), by: "<time>"}, // 1.7E9
	{pattern: regexp.MustCompile(`\b\d{12}\b`), by: "<account>"},
	{pattern: regexp.MustCompile(`\b[12]\d{9}(?:\d{3})?(?:\.\d+)?\b`), by: "<time>"}, // seconds or milliseconds since 1970
	{pattern: regexp.MustCompile(
		`\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ns|µs|μs|us|ms|s|m|h)\b`), by: "<duration>"},
	{pattern: regexp.MustCompile(
		`\b\d+(?:\.\d+)? (?:ns|µs|μs|us|ms|s|nanoseconds?|microseconds?|milliseconds?|seconds?|minutes?|hours?)\b`), by: "<duration>"},
	{pattern: regexp.MustCompile(`[A-Za-z0-9+/]{14,}={1,2}`), by: "<blob>"},
	{pattern: regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}`), by: "<blob>", only: looksRandom},
}

// looksRandom tells blobs and random ids from the names of operations, errors and algorithms and from paths: they have
// digits and, but for long ids in upper case alone, letters of both cases.
func looksRandom(run string) bool {
	upper := strings.ContainsAny(run, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	lower := strings.ContainsAny(run, "abcdefghijklmnopqrstuvwxyz")
	digits := strings.ContainsAny(run, "0123456789")
	return digits && upper && (lower || len(run) >= 40 && !strings.ContainsAny(run, "_-/+"))
}

var (
	keyARN = regexp.MustCompile(`\barn:aws[a-z-]*:kms:[a-z0-9-]*:\d*:key/`)
	longID = regexp.MustCompile(`(?i)\b(mrk-[0-9a-f]{4}|[0-9a-f]{4})(?:[0-9a-f]{28,60}|[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`)
)

// abbreviate shortens ids and ARNs of keys, which differ from run to run; the report has them whole.
func abbreviate(text string) string {
	return longID.ReplaceAllString(keyARN.ReplaceAllString(text, "arn:…:key/"), "$1…")
}

// shortID is as much of a request id as one needs to find it in a log.
func shortID(id string) string { return clip(id, 9) }
