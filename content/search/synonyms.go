package search

// Engineering returns synonyms of backend engineering for WithSynonyms: the
// words in which people search and ask for what the material calls otherwise.
// The map is the caller's to change. Values are kept narrow: a synonym finds
// sections at a discount, but it does find them.
func Engineering() map[string][]string {
	table := make(map[string][]string)
	for _, group := range alike {
		for _, word := range group {
			for _, other := range group {
				if other != word {
					table[word] = append(table[word], other)
				}
			}
		}
	}
	for word, others := range oneWay {
		table[word] = append(table[word], others...)
	}
	return table
}

// alike are words that find each other.
var alike = [][]string{
	{"k8s", "kubernetes"},
	{"db", "database"},
	{"postgres", "postgresql", "pg"},
	{"js", "javascript"},
	{"config", "configuration"},
	{"repo", "repository"},
	{"env", "environment"},
	{"authn", "authentication", "authenticate"},
	{"authz", "authorisation", "authorise"},
	{"sign in", "log in", "login"},
	{"sqli", "sql injection"},
	{"adr", "decision record"},
	{"slo", "service level objective"},
	{"ci", "continuous integration"},
	{"pull request", "merge request", "code review"},
	{"postmortem", "post-mortem", "incident review"},
	{"idempotent", "idempotency", "idempotence"},
	{"consistent", "consistency"},
	{"dependency", "dependent"},
	{"available", "availability"},
	{"reliable", "reliability"},
	{"scale", "scaling", "scalability", "scalable"},
	{"observability", "observable"},
	{"vulnerability", "vulnerable"},
	{"degrade", "degradation"},
	{"document", "documentation"},
	{"encrypt", "encryption"},
	{"serialise", "serialisation", "serializer"},
	{"shard", "sharding", "partition"},
	{"throttle", "rate limit"},
	{"ttl", "time to live", "expiry"},
	{"revoke", "revocation", "revocable"},
	{"validate", "validation", "validator"},
	{"thundering herd", "stampede"},
	{"denormalise", "denormalisation"},
	{"2fa", "mfa", "two-factor", "second factor"},
	{"p95", "p99", "percentile"},
	{"jwt", "json web token"},
	{"tdd", "test-driven"},
	{"message broker", "message queue"},
	{"rollback", "roll back"},
	{"timeout", "time out", "times out", "timed out"},
	{"oncall", "on call"},
}

// oneWay are words that find others but are not found by them.
var oneWay = map[string][]string{
	"earn": {"salary"}, "pay": {"salary"}, "wage": {"salary"}, "compensation package": {"salary"}, "hire": {"hiring"}, "hired": {"hiring"},
	"auth":         {"authentication", "authorisation"},
	"perf":         {"performance"},
	"slow":         {"latency"},
	"speed":        {"latency", "throughput"},
	"outage":       {"incident"},
	"downtime":     {"outage"},
	"pager":        {"on-call", "alert"},
	"cd":           {"deployment"},
	"ship":         {"deploy", "release"},
	"docs":         {"documentation"},
	"microservice": {"service boundary"},
	"monitor":      {"metric", "alert"},
	"password":     {"argon2id", "bcrypt"},
	"async":        {"asynchronous", "background"},
	"cron":         {"background", "scheduled"},
	"mq":           {"queue"},
	"kafka":        {"queue", "messaging"},
	"rabbitmq":     {"queue", "messaging"},
	"redis":        {"cache"},
	"mysql":        {"relational"},
	"xsrf":         {"csrf"},
	"privacy":      {"data minimisation"},
	"gdpr":         {"data minimisation"},
	"cv":           {"portfolio"},
	"begin":        {"start"},
	"beginner":     {"junior"},
}
