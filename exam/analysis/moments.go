package analysis

import "math"

// moments are the running mean and the sums of the second to fourth powers of
// the deviations from it. One pass, updated without ever holding a large sum:
// Pébay, Formulas for Robust, One-Pass Parallel Computation of Covariances and
// Arbitrary-Order Statistical Moments, SAND2008-6212, 2008.
type moments struct{ n, mean, m2, m3, m4 float64 }

func (m *moments) add(x float64) {
	before := m.n
	m.n++
	d := x - m.mean
	dn := d / m.n
	dn2 := dn * dn
	t := d * dn * before
	m.mean += dn
	m.m4 += t*dn2*(m.n*m.n-3*m.n+3) + 6*dn2*m.m2 - 4*dn*m.m3
	m.m3 += t*dn*(m.n-2) - 3*dn*m.m2
	m.m2 += t
}

// variance divides by n-1.
func (m *moments) variance() Value {
	if m.n < 2 {
		return undefined
	}
	return Value(m.m2 / (m.n - 1))
}

// skewness and kurtosis are Fisher's k statistics, k3/k2^1.5 and k4/k2^2
// (EXAM.md c; type 2 of psych and SAS).
func (m *moments) skewness() Value {
	k2 := float64(m.variance())
	if m.n < 3 || !(k2 > 0) {
		return undefined
	}
	k3 := m.n * m.m3 / ((m.n - 1) * (m.n - 2))
	return Value(k3 / math.Pow(k2, 1.5))
}

func (m *moments) kurtosis() Value {
	k2 := float64(m.variance())
	if m.n < 4 || !(k2 > 0) {
		return undefined
	}
	n, m2, m4 := m.n, m.m2/m.n, m.m4/m.n
	k4 := n * n * ((n+1)*m4 - 3*(n-1)*m2*m2) / ((n - 1) * (n - 2) * (n - 3))
	return Value(k4 / (k2 * k2))
}

// blockSize is how many pairs a joint takes before it folds them in.
const blockSize = 256

// A joint holds the means of two columns and the sums of squares and products
// of the deviations from them. Deviations are taken from the means so far and
// summed in blocks; a block is folded in by the rule for merging two samples,
// which is as stable as updating after every pair and needs one division a
// block: Chan, Golub, LeVeque, Algorithms for Computing the Sample Variance,
// The American Statistician 37(3), 1983, eq. 1.5 and 2.1.
type joint struct {
	n, mx, my, sxx, syy, sxy float64
	k, bx, by, bxx, byy, bxy float64 // the block
}

func (j *joint) add(x, y float64) {
	if j.n+j.k == 0 {
		j.mx, j.my = x, y
	}
	x -= j.mx
	y -= j.my
	j.bx += x
	j.by += y
	j.bxx += x * x
	j.byy += y * y
	j.bxy += x * y
	if j.k++; j.k == blockSize {
		j.fold()
	}
}

func (j *joint) fold() {
	if j.k == 0 {
		return
	}
	n := j.n + j.k
	w := j.n / (n * j.k) // of the distance between the block's mean and the old one
	j.sxx += j.bxx - j.bx*j.bx/j.k + w*j.bx*j.bx
	j.syy += j.byy - j.by*j.by/j.k + w*j.by*j.by
	j.sxy += j.bxy - j.bx*j.by/j.k + w*j.bx*j.by
	j.mx += j.bx / n
	j.my += j.by / n
	j.n, j.k, j.bx, j.by, j.bxx, j.byy, j.bxy = n, 0, 0, 0, 0, 0, 0
}

// varX, varY and cov divide by n-1. They are to be asked after fold.
func (j *joint) varX() Value { return j.over(j.sxx) }
func (j *joint) varY() Value { return j.over(j.syy) }
func (j *joint) cov() Value  { return j.over(j.sxy) }

func (j *joint) over(sum float64) Value {
	if j.n < 2 {
		return undefined
	}
	return Value(sum / (j.n - 1))
}

// corr is the correlation, undefined where a column is constant. Sums below
// flat times their number are rounding, since both columns are of the order of
// 1 to 100.
func (j *joint) corr() Value {
	const flat = 1e-20
	if j.n < 2 || j.sxx <= flat*j.n || j.syy <= flat*j.n {
		return undefined
	}
	return Value(min(max(j.sxy/math.Sqrt(j.sxx*j.syy), -1), 1))
}
