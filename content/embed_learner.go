//go:build learner

package content

import "embed"

// Complete is told in embed.go.
const Complete = false

//go:embed task
var embedded embed.FS
