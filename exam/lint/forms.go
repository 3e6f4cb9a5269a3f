package lint

import (
	"fmt"

	"groundwork/content/source"
	"groundwork/exam"
)

// Forms draws n forms, each for a learner without history, and reports those
// that cannot be filled because enemies bar each other, and enemies that meet.
func Forms(bank *exam.Bank, b *exam.Blueprint, n int) source.Problems {
	var problems source.Problems
	for seed := range int64(n) {
		form, err := exam.Assemble(bank, b, exam.History{}, seed)
		if err != nil {
			problems.Add(exam.BlueprintFile, 0, fmt.Sprintf("the form of seed %d cannot be drawn: %v", seed, err), "write more items for that cell, or declare fewer enemies in it")
			break
		}
		problems = append(problems, Enemies(form)...)
	}
	return problems.Sorted()
}

// Enemies reports the enemies that stand on one form.
func Enemies(form []exam.Place) source.Problems {
	var problems source.Problems
	on := map[exam.ItemID]bool{}
	for _, p := range form {
		for _, enemy := range p.Item.Enemies {
			if on[enemy] {
				problems.Add(p.Item.File, p.Item.Line, fmt.Sprintf("%s stands on one form with its enemy %s", p.Item.ID, enemy), "this is a mistake of the engine, not of the item")
			}
		}
		on[p.Item.ID] = true
	}
	return problems
}
