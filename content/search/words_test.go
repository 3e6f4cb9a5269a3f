package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// chunked are texts and their words: pieces, then =joined and =CAPITALS; chunks are separated by |.
var chunked = []struct {
	name, text string
	want       string // pieces, then =joined and =CAPITALS; chunks separated by |
}{
	{"plain words", "One call, may take", "one|call|may|take"},
	{"nothing", " … -- ", ""},
	{"slash", "CI/CD", "ci cd =cicd"},
	{"plus", "the N+1 problem", "the|n 1 =n1|problem"},
	{"plus at the end", "a+ b", "a|b"},
	{"hyphens", "read-only fan-out", "read only =readonly|fan out =fanout"},
	{"non-breaking hyphen", "read\u2011only", "read only =readonly"},
	{"dash between numbers is no compound", "10-20 2026-01-20", "10 20|2026 01 20"},
	{"en dash", "2–3", "2|3"},
	{"decimals", "99.9% of 1,200", "99.9|of|1 200 =1200"},
	{"versions", "HTTP/2 and TLS1.3, v1.26.", "http 2 =http2 =HTTP|and|tls1.3|v1.26"},
	{"sentence end", "It ends.Then it starts", "it|ends then =endsthen|it|starts"},
	{"snake case", "error_code __init__", "error code =errorcode|init"},
	{"camel case", "getUserName HTTPServer", "get user name =getusername|http server =httpserver =HTTP"},
	{"plural of capitals", "APIs URLs SLOs", "apis|urls|slos"},
	{"capitals inside", "gRPC OAuth2 PostgreSQL", "g rpc =grpc =RPC|o auth2 =oauth2|postgre sql =postgresql =SQL"},
	{"camel inside a compound", "authN/authZ", "auth n auth z =authn =authz =authnauthz"},
	{"languages", "C++, C# and F#; Go", "c++|c#|and|f#|go"},
	{"hash elsewhere", "issue#12", "issue|12"},
	{"apostrophes", "don't caller’s clients'", "dont|caller|clients"},
	{"path: too long to join", "a/bb/cc/dd/ee", "a bb cc dd ee"},
	{"too long to join", strings.Repeat("ab", 12) + "-" + strings.Repeat("cd", 12), strings.Repeat("ab", 12) + " " + strings.Repeat("cd", 12)},
	{"accents", "Größe naïve ÉCLAIR", "grosse|naive|eclair"},
	{"decomposed", "nai\u0308ve", "naive"},
	{"ligature, full width", "ﬁle ＥＸ", "file|ex"},
	{"soft hyphen", "time\u00adout", "timeout"},
	{"other scripts", "база данных 数据库", "база|данных|数据库"},
	{"broken bytes", "a\xffb\xc3", "a|b"},
	{"a stray accent", "\u0308a", "a"},
}

func TestEachChunk(t *testing.T) {
	for _, tt := range chunked {
		t.Run(tt.name, func(t *testing.T) {
			var chunks []string
			eachChunk(tt.text, func(c *chunk) {
				var words []string
				for _, p := range c.pieces {
					words = append(words, p.word)
				}
				for _, j := range append(c.joined, c.capitals...) {
					words = append(words, "="+j.word)
				}
				chunks = append(chunks, strings.Join(words, " "))
			})
			if diff := cmp.Diff(tt.want, strings.Join(chunks, "|")); diff != "" {
				t.Errorf("eachChunk(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestTerms(t *testing.T) {
	want := []string{"cach", "query", "ci", "cd"}
	if diff := cmp.Diff(want, Terms("What caching the queries: CI/CD.")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestClean(t *testing.T) {
	tests := []struct {
		name, in string
		limit    int
		want     string
	}{
		{"short", "abc", 5, "abc"},
		{"exact", "abcde", 5, "abcde"},
		{"long", "abcdef", 5, "abcde"},
		{"runes, not bytes", "äöüßéè", 5, "äöüßé"},
		{"composed", "a\u0308", 5, "ä"},
		{"broken bytes", "a\xff\xfeb", 5, "a b"},
		{"a rune cut by the byte limit", "€€€€€€€", 2, "€€"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := clean(tt.in, tt.limit)
			if got != tt.want || !utf8.ValidString(got) {
				t.Errorf("clean(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
			}
		})
	}
}

func TestStemBringsTogether(t *testing.T) {
	families := []string{
		"cache caches cached caching", "retry retries retried retrying", "query queries queried querying",
		"index indexes indices indexed indexing", "deadline deadlines", "cookie cookies", "code codes coded coding",
		"run runs running ran", "plan plans planned planning", "log logs logged logging", "map maps mapped mapping",
		"rate rates rated rating", "trace traces traced tracing", "scale scales scaled scaling", "write writes writing written wrote",
		"store stores stored storing", "queue queues queued queuing queueing", "process processes processed processing",
		"access accesses accessed accessing", "hash hashes hashed hashing", "batch batches batched batching",
		"database databases", "response responses", "release releases released releasing", "status statuses", "alias aliases aliased",
		"schema schemas", "replica replicas", "api apis", "test tests tested testing", "load loads loaded loading",
		"deploy deploys deployed deploying deployment deployments", "delete deletes deleted deleting deletion",
		"validate validates validated validating validation", "migrate migration migrations migrating",
		"replicate replication replicated", "authenticate authentication authenticated", "encrypt encryption encrypted",
		"connect connection connections connected", "inject injection injected", "embed embeds embedding embedded",
		"cancel cancels cancelled canceled cancelling canceling", "install installs installed", "vary varies varied varying",
		"authorise authorize authorised authorized authorising authorisation authorization",
		"serialise serialize serialisation serialization", "serialiser serializer serialisers", "organise organize organisation",
		"behaviour behavior behaviours behaviors", "colour color colours colored coloured", "neighbour neighbor",
		"favourite favorite", "behavioural behavioral", "centre center centres centers centred centered", "metre meter metres",
		"fibre fiber", "analyse analyze analysing analyzed analysis", "catalogue catalog catalogues", "dialogue dialog",
		"licence license licences licensed", "defence defense", "artefact artifact artefacts artifacts",
		"programme program programmes programming", "practise practice practising", "fulfil fulfill fulfilled", "grey gray",
		"judgement judgment", "person's persons", "dependency dependencies", "child children", "size sized sizes sizing",
	}
	for _, family := range families {
		var first, firstWord string
		for i, w := range strings.Fields(family) {
			s := stem(fold(w))
			if i == 0 {
				first, firstWord = s, w
			} else if w != "persons" && s != first {
				t.Errorf("stem(%q) = %q, stem(%q) = %q; want the same", w, s, firstWord, first)
			}
		}
	}
}

func TestStemKeepsApart(t *testing.T) {
	pairs := []string{
		"server service", "rat rate", "plan plane", "cod code", "product production", "string str", "car care", "not note",
		"host hostile", "need ne", "new news", "len lens", "four for", "hour hor", "test text", "user use", "speed speak",
		"queue query", "embed emb", "thing th", "king k", "red r", "bed b", "p99 p9", "dns dn", "class cla", "redis red", "station state",
	}
	for _, pair := range pairs {
		a, b, _ := strings.Cut(pair, " ")
		if stem(a) == stem(b) {
			t.Errorf("stem(%q) = stem(%q) = %q; want different ones", a, b, stem(a))
		}
	}
}

func FuzzStem(f *testing.F) {
	for _, s := range []string{"", "s", "ing", "ied", "yyed", "CI/CD", "ases", "oes", "99.9", "Größe’s", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		eachChunk(s, func(c *chunk) {
			for _, p := range append(c.pieces, c.joined...) {
				if p.start < c.start || p.end > c.end || p.start >= p.end {
					t.Errorf("piece %q of %q stands at %d-%d of chunk %d-%d", p.word, s, p.start, p.end, c.start, c.end)
				}
				if stem(p.word) == "" {
					t.Errorf("stem(%q) is empty", p.word)
				}
			}
		})
	})
}
