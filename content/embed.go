//go:build !learner

package content

import "embed"

// Complete reports whether the program carries all content. The one that
// learners download (built with the tag learner) checks what they have built; it
// has neither the items of the exam nor their keys.
const Complete = true

//go:embed guide skill lesson project task item
var embedded embed.FS
