package content

import (
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// rendered is a case of what Markdown becomes.
type rendered struct{ name, src, want string }

func compareRendered(t *testing.T, tests []rendered) {
	t.Helper()
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, strings.TrimSpace(string(Render(tt.src)))); diff != "" {
			t.Errorf("%s: Render(%q) (-want +got):\n%s", tt.name, tt.src, diff)
		}
	}
}

func TestAsides(t *testing.T) {
	t.Parallel()
	const open, end = "<div class=\"aside\" role=\"note\">\n", "</div>"
	compareRendered(t, []rendered{
		{"an aside", "> [!NOTE]\n> **Title.** Text\n> goes on.\n>\n> More.", open + "<p><strong>Title.</strong> Text\ngoes on.</p>\n<p>More.</p>\n" + end},
		{"a blank after the mark", "> [!NOTE] \n> Text.", open + "<p>Text.</p>\n" + end},
		{"no text with the mark", "> [!NOTE]\n>\n> - a", open + "<ul>\n<li>a</li>\n</ul>\n" + end},
		{"in a list", "- a\n\n  > [!NOTE]\n  > Text.", "<ul>\n<li>\n<p>a</p>\n" + open + "<p>Text.</p>\n" + end + "\n</li>\n</ul>"},
		{"text behind the mark is not lost", "> [!NOTE] Text.", "<blockquote>\n<p>[!NOTE] Text.</p>\n</blockquote>"},
		{"the mark in the middle", "> Text.\n> [!NOTE]", "<blockquote>\n<p>Text.\n[!NOTE]</p>\n</blockquote>"},
		{"a quote", "> Text.", "<blockquote>\n<p>Text.</p>\n</blockquote>"},
	})
}

func TestTables(t *testing.T) {
	t.Parallel()
	compareRendered(t, []rendered{
		{
			"an empty cell heads nothing", "| | a |\n|-|-|\n| b | |",
			`<div class="tablewrap" tabindex="0" role="region" aria-label="Table 1"><table class="table">` +
				"\n<thead>\n<tr>\n<td></td>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n<td></td>\n</tr>\n</tbody>\n</table></div>",
		},
	})
	doc := parsed(t, Render("|a|b|\n|:-|-:|\n|`x`|*y*|\n\ntext\n\n|c|\n|-|\n|1|"))
	if n := doc.Find("[style]").Length(); n > 0 {
		t.Errorf("%d style attributes", n)
	}
	var labels []string
	doc.Find(`[role=region][tabindex="0"]`).Each(func(_ int, s *goquery.Selection) { labels = append(labels, s.AttrOr("aria-label", "")) })
	if diff := cmp.Diff([]string{"Table 1", "Table 2"}, labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

func TestRawHTML(t *testing.T) {
	t.Parallel()
	compareRendered(t, []rendered{
		{"inline", "a <b>c</b> d", "<p>a &lt;b&gt;c&lt;/b&gt; d</p>"},
		{"a block", "<script>\nalert(1)\n</script>\n\nafter", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n<p>after</p>"},
		{"an element that is a block", "<div onclick=\"x\">\n*a*\n</div>", "<p>&lt;div onclick=&#34;x&#34;&gt;\n*a*\n&lt;/div&gt;</p>"},
		{"a comment", "a <!-- b --> c\n\n<!-- d -->", "<p>a &lt;!-- b --&gt; c</p>\n<p>&lt;!-- d --&gt;</p>"},
		{"an entity", "&lt;b&gt; &copy;", "<p>&lt;b&gt; ©</p>"},
		{"generics", "A Map<K, V> of List<T>", "<p>A Map&lt;K, V&gt; of List&lt;T&gt;</p>"},
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	compareRendered(t, []rendered{
		{"of the site", "[a](/b#c)", `<p><a href="/b#c">a</a></p>`},
		{"bare", "See https://example.com/a.", `<p>See <a href="https://example.com/a">https://example.com/a</a>.</p>`},
		{"script", "[a](javascript:alert(1))", `<p><a href="">a</a></p>`},
		{"script in capitals", "[a](JavaScript:alert(1))", `<p><a href="">a</a></p>`},
		{"script by reference", "[a][b]\n\n[b]: javascript:alert(1)", `<p><a href="">a</a></p>`},
		{"script as an image", "![a](javascript:alert(1))", `<p><img src="" alt="a"></p>`},
		{"script in angle brackets", "<javascript:alert(1)>", `<p><a href="">javascript:alert(1)</a></p>`},
		{"data", "[a](data:text/html,b)", `<p><a href="">a</a></p>`},
	})
	for _, src := range []string{"[a](&#106;avascript:alert(1))", "[a](java&Tab;script:alert(1))", "[a](&#x6A;avascript&colon;alert(1))", "[a](\x01javascript:alert(1))", "[a](<\tjavascript:alert(1)>)", "[a](vbscript:x)", "<&#106;avascript:alert(1)>"} {
		checkSafe(t, src, Render(src))
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	compareRendered(t, []rendered{
		{"Unicode", "## Größe der Übung", `<h2 id="größe-der-übung">Größe der Übung</h2>`},
		{"another script", "## Что это", `<h2 id="что-это">Что это</h2>`},
		{"signs", "## What's N+1? (really)", `<h2 id="what-s-n-1-really">What’s N+1? (really)</h2>`},
		{"nothing but signs", "## ???", `<h2 id="part">???</h2>`},
		{"duplicates", "## A\n## A\n## A 2\n## A", "<h2 id=\"a\">A</h2>\n<h2 id=\"a-2\">A</h2>\n<h2 id=\"a-2-2\">A 2</h2>\n<h2 id=\"a-3\">A</h2>"},
		{"an id of its own", "## A {#b}", `<h2 id="b">A</h2>`},
		{"no other attribute", "## A {#b .c style=\"color:red\" onclick=\"x\" hidden=\"\"}", `<h2 id="b">A</h2>`},
	})
	n := new(counter)
	if a, b := render("### A", n), render("### A", n); a == b {
		t.Errorf("two parts of a page have the same heading %s", b)
	}
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	compareRendered(t, []rendered{
		{"double", `He said "yes".`, "<p>He said “yes”.</p>"},
		{"single", "It's 'so'", "<p>It’s ‘so’</p>"},
		{"dashes and dots stay", "a -- b --- c... << d >>", "<p>a -- b --- c... &lt;&lt; d &gt;&gt;</p>"},
		{"angles do not make an element", "<<img src=x onerror=y>>", "<p>&lt;&lt;img src=x onerror=y&gt;&gt;</p>"},
		{"code stays", "`\"a\" 'b'`", "<p><code>&quot;a&quot; 'b'</code></p>"},
	})
}

func TestInline(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, inline, plain string }{
		{"text", "a *b* `c<d>`", "a <em>b</em> <code>c&lt;d&gt;</code>", "a b c<d>"},
		{"nothing", "", "", ""},
		{"two paragraphs", "a\n\nb", "<p>a</p>\n<p>b</p>", "a b"},
		{"a paragraph and a list", "a\n\n- b\n- c", "<p>a</p>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>", "a b c"},
		{"a link", "[a](/b) & c", `<a href="/b">a</a> &amp; c`, "a & c"},
		{"lines", "a\nb", "a\nb", "a b"},
		{"raw HTML", "<b>a</b>", "&lt;b&gt;a&lt;/b&gt;", "<b>a</b>"},
		{"invalid UTF-8", "a\xffb", "a\uFFFDb", "a\uFFFDb"},
	}
	for _, tt := range tests {
		if got := string(Inline(tt.src)); got != tt.inline {
			t.Errorf("%s: Inline = %q, want %q", tt.name, got, tt.inline)
		}
		if got := Plain(tt.src); got != tt.plain {
			t.Errorf("%s: Plain = %q, want %q", tt.name, got, tt.plain)
		}
		if text := Text(tt.src); text.HTML() != tt.inline || text.Plain() != tt.plain {
			t.Errorf("%s: a Text renders as %q, %q", tt.name, text.HTML(), text.Plain())
		}
	}
}

func parsed(t testing.TB, src HTML) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader("<main>" + string(src) + "</main>"))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var (
	safeAttr = regexp.MustCompile(`^(id|class|href|src|alt|title|start|align|tabindex|role|aria-[a-z]+|width|height|viewbox|x|y|x1|x2|y1|y2|d|r|cx|cy|rx|ry|points|transform|text-anchor|marker-end|focusable)$`)
	unsafe   = "script, style, iframe, object, embed, form, input, button, textarea, meta, link, base, template"
)

// checkSafe reports what a rendered text must not hold, and markup that does
// not close.
func checkSafe(t testing.TB, src string, out HTML) {
	t.Helper()
	doc := parsed(t, out)
	if doc.Find("body").Children().Length() != 1 || doc.Find("main").Length() != 1 {
		t.Errorf("Render(%q) closes what it did not open: %s", src, out)
	}
	if bad := doc.Find(unsafe); bad.Length() > 0 {
		t.Errorf("Render(%q) has <%s>: %s", src, goquery.NodeName(bad), out)
	}
	doc.Find("main *").Each(func(_ int, s *goquery.Selection) {
		for _, a := range s.Nodes[0].Attr {
			if !safeAttr.MatchString(strings.ToLower(a.Key)) {
				t.Errorf("Render(%q) has the attribute %s: %s", src, a.Key, out)
			}
			url := strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, strings.ToLower(a.Val))
			if (a.Key == "href" || a.Key == "src") && (strings.HasPrefix(url, "javascript:") || strings.HasPrefix(url, "vbscript:") || strings.HasPrefix(url, "data:text")) {
				t.Errorf("Render(%q) leads to %s", src, a.Val)
			}
		}
	})
	z := html.NewTokenizer(strings.NewReader(string(out)))
	for z.Next() != html.ErrorToken {
		if z.Token().Type == html.CommentToken {
			t.Errorf("Render(%q) has a comment: %s", src, out)
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"# a {#b onclick=x style=\"c\"}\n\n> [!NOTE]\n> d", "|a|\n|-|\n|b|", "```go hot=1-9 title=\"<x>\"\nfunc \"\n/* \n*/\n```", "<script>a</script> <b onload=c>",
		"[a](javascript:b) ![c](data:text/html,d) <javascript:e>", "[a](&#106;avascript:b)", "```diagram sequence title=\"<i>\"\nA -> B: <script>\n```",
		"- a\n\n      code\n  > b", "```log\na\n\nb", "\"a\" 'b' ~~c~~ \x00 \xff", "<<img src=x onerror=y>>", "[a]: <b> 'c'\n[a]", "<!-- --!> <![CDATA[ ]]> <?php ?>", "</main></div>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		out := Render(src)
		checkSafe(t, src, out)
		if text := plainHTML(string(out)); strings.HasPrefix(text, "\n") || strings.Contains(text, "\n\n\n") {
			t.Errorf("plainHTML has empty blocks: %q", text)
		}
		if strings.ContainsAny(Plain(src), "\n\t") {
			t.Errorf("Plain(%q) has several lines", src)
		}
	})
}
