package diagram

import (
	"slices"
	"strings"
)

// Distances in a sequence, in px.
const (
	underHeads = 12.0 // before the first step
	underStep  = 14.0
	overArrow  = 6.0 // between words and their arrow
	loopWide   = 22.0
	loopHigh   = 16.0
	notePad    = 8.0
)

// A sheet is a sequence while it is drawn.
type sheet struct {
	*sequence
	scene *scene
	heads []block
	x     []float64 // centre of each lane
	right float64   // of the last head
	most  float64
	face  face    // of the heads
	pad   float64 // around their words
	high  float64 // how high they are
	y     float64
	keep  []box // what lanes must not run through
}

func (s *sequence) draw(most float64) *scene {
	sh := &sheet{sequence: s, scene: &scene{}, most: most}
	sh.spread()
	sh.drawHeads()
	heads := len(sh.scene.shapes)
	for _, st := range s.steps {
		switch {
		case st.note:
			sh.note(st)
		case st.from == st.to:
			sh.self(st)
		default:
			sh.message(st)
		}
	}
	sh.scene.h = sh.y
	above := slices.Clone(sh.scene.shapes[heads:])
	sh.scene.shapes = sh.scene.shapes[:heads] // lanes lie under what is between them
	for _, x := range sh.x {
		sh.scene.upright("thread", x, sh.high, sh.y, sh.keep)
	}
	sh.scene.add(above...)
	return sh.scene
}

// spread places the lanes: as far apart as names and messages want, if there
// is room for it, else as close as the names allow.
func (sh *sheet) spread() {
	n := float64(len(sh.lanes))
	sh.face, sh.pad = key, 7
	if sh.most >= column {
		sh.face, sh.pad = strong, 9
	}
	share := min(150, (sh.most-(n-1)*8)/n-2*sh.pad)
	widths, sum := make([]float64, len(sh.lanes)), 0.0
	for i, name := range sh.lanes {
		room := max(share, min(150, sh.face.widest(strings.Fields(name)))) // words stay whole
		b := wrapped(sh.face, "", name, room)
		w, h := b.size()
		sh.heads, widths[i] = append(sh.heads, b), max(44, w+2*sh.pad)
		sh.high, sum = max(sh.high, h+2*sh.pad), sum+widths[i]
	}
	space := max(10, min(110, (sh.most-sum)/n/2))
	for _, room := range []float64{230, 190, 160, 130, 100, 70, 0} {
		if room == 0 {
			space = 8
		}
		sh.x = sh.x[:0]
		gaps := sh.gaps(widths, space, room)
		x := widths[0]/2 + 0.75
		sh.x = append(sh.x, x)
		for _, g := range gaps {
			x += g
			sh.x = append(sh.x, x)
		}
		if sh.right = x + widths[len(widths)-1]/2; sh.right <= sh.most {
			break
		}
	}
	for i := range sh.heads {
		around := box{sh.x[i] - widths[i]/2, 0.75, sh.x[i] + widths[i]/2, sh.high}
		sh.scene.add(rect{around, "box"})
		sh.scene.grow(around.grown(0.75))
	}
}

// gaps returns the distances between the centres of neighbouring lanes where
// a message may ask for room px.
func (sh *sheet) gaps(widths []float64, space, room float64) []float64 {
	gaps := make([]float64, len(widths)-1)
	for i := range gaps {
		gaps[i] = (widths[i]+widths[i+1])/2 + space
	}
	for span := 1; span < len(widths) && room > 0; span++ { // near neighbours first
		for _, st := range sh.steps {
			a, z := min(st.from, st.to), max(st.from, st.to)
			if z-a != span {
				continue
			}
			have := 0.0
			for _, g := range gaps[a:z] {
				have += g
			}
			lack := min(plain.width(st.text), room) + 2*tipLong + 6 - have
			for i := a; lack > 0 && i < z; i++ {
				gaps[i] += lack / float64(span)
			}
		}
	}
	return gaps
}

func (sh *sheet) drawHeads() {
	for i, b := range sh.heads {
		_, h := b.size()
		sh.scene.write(b, middle, sh.x[i], (sh.high-h)/2)
	}
	sh.y = sh.high + underHeads
}

// fit sets words beside or over a stretch of the given length: in one line or
// two if they fit there, else wider than the stretch.
func (sh *sheet) fit(words string, stretch float64) block {
	var b block
	for _, room := range []float64{stretch, 120, 150, 190, 240, sh.most} {
		if room < stretch || room > sh.most {
			continue
		}
		if b = wrapped(plain, "", words, room); len(b.lines) <= 2 {
			break
		}
	}
	if b.lines == nil {
		b = wrapped(plain, "", words, sh.most)
	}
	return b
}

// centred writes b around x, moved so that it stays in the picture.
func (sh *sheet) centred(b block, x float64) {
	w, h := b.size()
	x = max(w/2, min(x, max(sh.right, w)-w/2))
	for _, t := range b.at(middle, x, sh.y) {
		sh.keep = append(sh.keep, t.box().grown(4))
	}
	sh.scene.write(b, middle, x, sh.y)
	sh.y += h
}

func (sh *sheet) message(st step) {
	a, z := sh.x[st.from], sh.x[st.to]
	if st.text != "" {
		sh.centred(sh.fit(st.text, max(a, z)-min(a, z)-2*tipLong), (a+z)/2)
	}
	sh.y += overArrow
	s := stroke{class: "line", tip: filled, points: []point{{a, sh.y}, {z, sh.y}}}
	if st.answer {
		s.class, s.tip = "line dashed", open
	}
	sh.scene.add(s)
	sh.y += underStep
}

// self draws what a lane tells itself: a loop with its words beside it.
func (sh *sheet) self(st step) {
	x, side, a := sh.x[st.from], 1.0, start
	b := wrapped(plain, "", st.text, min(150, sh.most-loopWide-8))
	w, h := b.size()
	if x+loopWide+6+w > sh.most && x-loopWide-6-w >= 0 {
		side, a = -1, end
	}
	top := sh.y + max(0, (h-loopHigh)/2)
	s := stroke{class: "line", tip: filled, points: []point{{x, top}, {x + side*loopWide, top}, {x + side*loopWide, top + loopHigh}, {x, top + loopHigh}}}
	if st.answer {
		s.class, s.tip = "line dashed", open
	}
	sh.scene.add(s)
	for _, t := range b.at(a, x+side*(loopWide+6), sh.y+max(0, (loopHigh-h)/2)) {
		sh.keep = append(sh.keep, t.box().grown(4))
		sh.scene.add(t)
		sh.scene.grow(t.box())
	}
	sh.y += max(h, loopHigh+tipHigh) + underStep - 4
}

// note draws a box over the lane.
func (sh *sheet) note(st step) {
	b := wrapped(plain, "", st.text, min(170, sh.most-2*notePad-2))
	w, h := b.size()
	half := w/2 + notePad
	x := max(half+0.75, min(sh.x[st.from], max(sh.right, sh.most)-half-0.75))
	around := box{x - half, sh.y, x + half, sh.y + h + 8}
	sh.scene.add(rect{around, "remark"})
	sh.scene.grow(around.grown(0.75))
	sh.keep = append(sh.keep, around)
	sh.scene.write(b, middle, x, sh.y+4)
	sh.y += h + 8 + underStep
}
