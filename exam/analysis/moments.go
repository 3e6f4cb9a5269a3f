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

// A joint holds the means of two columns and the sums of squares and products
// of the deviations from them. It takes blocks of pairs: within a block
// deviations are taken from the means so far, and a block is folded in by the
// rule for merging two samples, so that no large sum is ever taken from
// another: Chan, Golub, LeVeque, Algorithms for Computing the Sample Variance,
// The American Statistician 37(3), 1983, eq. 1.5 and 2.1.
type joint struct{ n, mx, my, sxx, syy, sxy float64 }

func (j *joint) fold(block []person) {
	if len(block) == 0 {
		return
	}
	if j.n == 0 {
		j.mx, j.my = block[0].fraction, block[0].rest
	}
	var bx, by, bxx, byy, bxy float64
	mx, my := j.mx, j.my
	for i := range block {
		dx, dy := block[i].fraction-mx, block[i].rest-my
		bx += dx
		by += dy
		bxx += dx * dx
		byy += dy * dy
		bxy += dx * dy
	}
	k := float64(len(block))
	n := j.n + k
	w := j.n/(n*k) - 1/k // of the distance between the means, less what the block's own mean explains
	j.sxx += bxx + w*bx*bx
	j.syy += byy + w*by*by
	j.sxy += bxy + w*bx*by
	j.mx += bx / n
	j.my += by / n
	j.n = n
}

// varX, varY and cov divide by n-1.
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
	r := min(max(j.sxy/math.Sqrt(j.sxx*j.syy), -1), 1)
	return Value(settle(r, 1))
}

// settle is x, or 0 where x is nothing but rounding beside numbers of size: a
// covariance that is none must not turn negative.
func settle(x, size float64) float64 {
	if math.Abs(x) < 1e-12*size {
		return 0
	}
	return x
}
