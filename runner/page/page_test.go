package page

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"
)

const hostile = `</script><script>alert(1)</script><img src=x onerror="alert(1)">' & {{.}}`

func shown(t *testing.T, text string, data any) string {
	t.Helper()
	var out strings.Builder
	if err := Write(&out, New("test", `{{template "head" .}}<body>`+text+`{{template "foot"}}`, nil), data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHostileTextStaysText(t *testing.T) {
	page := shown(t, `<p title="{{.}}">{{.}}</p><a href="{{.}}">x</a>`, hostile)
	if strings.Count(page, "<script") != 1 || strings.Contains(page, "<img") {
		t.Errorf("text became a tag:\n%s", page)
	}
	if page := shown(t, `<a href="{{.}}">x</a>`, "javascript:alert(1)"); strings.Contains(page, `href="javascript:`) {
		t.Errorf("text became a link that runs:\n%s", page)
	}
}

// The browser computes the same over what stands between the tags, so a script or style of anybody else never runs.
func TestThePolicyAllowsThisStyleAndScriptOnly(t *testing.T) {
	page := shown(t, "", "title")
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1])
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	for _, tag := range []string{"style", "script"} {
		text := regexp.MustCompile(`(?s)<` + tag + `>(.*)</` + tag + `>`).FindStringSubmatch(page)[1]
		sum := sha256.Sum256([]byte(text))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("the policy lacks %s: %s", want, policy)
		}
	}
	for _, outside := range []string{"http:", "https:", "src=", "@import", "url("} {
		if strings.Contains(page, outside) {
			t.Errorf("the page needs something else: %s", outside)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"a\nb\tc\rd": "a b c d", "\x1b[31mred\x00": "[31mred", "turned \u202e round": "turned  round", "\xff": "�", "ü 鍵": "ü 鍵",
	} {
		if got := Plain(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"plain text, with (brackets)":  "plain text, with (brackets)",
		"<b>*bold*</b> `code`":         "&lt;b&gt;\\*bold\\*&lt;/b&gt; \\`code\\`",
		"a|b\\|c":                      "a\\|b\\\\\\|c",
		"[link](http://x) @somebody":   "\\[link\\](http:&#47;/x) &#64;somebody",
		"line\n# heading":              "line \\# heading",
		"![image](https://www.x.test)": "\\!\\[image\\](https:&#47;/www&#46;x.test)",
		"&lt;":                         "&amp;lt;",
	} {
		if got := Markdown(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := Table("a", ">b") + Row(Markdown("x|y"), Code("")); got != "| a | b |\n| --- | ---: |\n| x\\|y |  |\n" {
		t.Errorf("got %q", got)
	}
}

// A cell never breaks out of its row, nor its text out of being text.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{hostile, "a|b", "\\", "\\|", "```\n---\n", "\x00\xff\u2028"} {
		f.Add(seed)
	}
	unescaped := regexp.MustCompile(`(^|[^\\])(\\\\)*[|\x60*_\[\]]`)
	f.Fuzz(func(t *testing.T, text string) {
		got := Markdown(text)
		if strings.ContainsAny(got, "\n\r<>") || unescaped.MatchString(got) {
			t.Errorf("%q is %q", text, got)
		}
	})
}
