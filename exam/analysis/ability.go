package analysis

import "math"

// A Model says how likely people of an ability are to answer an item right:
// C + (D-C)/(1+exp(-A(theta-B))), the four-parameter logistic model (EXAM.md
// f.1). With A 1, C 0 and D 1 it is Rasch's.
type Model struct {
	A float64 // discrimination
	B float64 // difficulty, on the scale of ability
	C float64 // what guessing gives
	D float64 // what the ablest reach
}

// P returns the probability of a right answer at an ability.
func (m Model) P(theta float64) float64 {
	return m.C + (m.D-m.C)/(1+math.Exp(-m.A*(theta-m.B)))
}

// Information returns Fisher's information P'^2/(P(1-P)) at an ability.
func (m Model) Information(theta float64) float64 {
	e := 1 / (1 + math.Exp(-m.A*(theta-m.B)))
	p, slope := m.C+(m.D-m.C)*e, (m.D-m.C)*m.A*e*(1-e)
	if p <= 0 || p >= 1 {
		return 0
	}
	return slope * slope / (p * (1 - p))
}

// The grid on which the posterior is summed (EXAM.md f.1, as catR does).
const (
	gridPoints = 33
	gridEnd    = 4.0
)

// EAP estimates an ability from answers: the mean of its posterior given a
// standard normal prior, and the posterior's standard deviation, summed by the
// trapezoid rule over 33 points from -4 to 4 (Bock and Mislevy, Applied
// Psychological Measurement 6(4), 1982; EXAM.md f.1). There are as many answers
// as models. Without any it returns the prior on the grid, about 0 and 1.
func EAP(models []Model, right []bool) (theta, se float64) {
	var logs [gridPoints]float64
	top := math.Inf(-1)
	for i := range logs {
		t := gridAt(i)
		logs[i] = -t * t / 2
		for k, m := range models {
			p := m.P(t)
			if !right[k] {
				p = 1 - p
			}
			logs[i] += math.Log(p)
		}
		top = max(top, logs[i])
	}
	var sum, first, second float64
	for i, l := range logs {
		w, t := math.Exp(l-top), gridAt(i) // no underflow, however many answers
		if i == 0 || i == gridPoints-1 {
			w /= 2
		}
		sum, first, second = sum+w, first+w*t, second+w*t*t
	}
	theta = first / sum
	return theta, math.Sqrt(max(0, second/sum-theta*theta))
}

func gridAt(i int) float64 { return -gridEnd + 2*gridEnd*float64(i)/(gridPoints-1) }

// Step returns how far the nth answer moves an estimate, counted from 0:
// 1/(1+0.05 n) (EXAM.md f.1, after Pelánek, Applications of the Elo rating
// system in adaptive educational systems, Computers & Education 98, 2016).
func Step(n int) float64 { return 1 / (1 + 0.05*float64(n)) }

// Elo updates an ability and a difficulty after one answer and returns what
// was expected of it. x is the share of the points won, c what guessing gives;
// the person has answered persons items before and the item was answered by
// items people. With P = c + (1-c)/(1+exp(-(theta-b))), theta grows by
// Step(persons) (x-P) and b shrinks by Step(items) (x-P) (EXAM.md f.1).
func Elo(theta, b, c, x float64, persons, items int) (p, ability, difficulty float64) {
	p = Model{A: 1, B: b, C: c, D: 1}.P(theta)
	return p, theta + Step(persons)*(x-p), b - Step(items)*(x-p)
}
