package search

import "strings"

// stopWords say nothing about what a text is about. Words that also are terms
// of the trade stay out of the list: once (as in at least once), first, same,
// under, over, id.
var stopWords = setOf(`
a an the and or but nor if then than so as
of to in on at by for from with into onto up out off about
is are was were be been being am
do does did done doing have has had having
can could shall should will would may might must
i me my mine we our ours you your yours he him his she her it its they them their theirs
this that these those there here such
what which who whom whose when where why how
not no yes too very just only also even still ever quite rather really
any some all both more most other others another
use used uses using get gets got getting
im ive youre its theres whats isnt arent dont doesnt didnt cant couldnt wont wouldnt shouldnt
eg ie etc via please during`)

func setOf(words string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		set[fold(w)] = true
	}
	return set
}
