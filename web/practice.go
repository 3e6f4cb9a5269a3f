package web

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"groundwork/content"
	"groundwork/exam"
	"groundwork/quiz/practice"
	"groundwork/web/ui"
)

const (
	practiceDescription = "Practice questions for each of the ten backend skills, with the reason for every option. No account is needed."
	practiceRound       = 5       // items, then a summary
	practiceSeeds       = 1 << 30 // how many orders there are; short in an address
)

// A drill is a round of practice on one skill: everything is in the address,
// nothing is stored. The seed gives the order of the items, N the
// place in it, Done what was right in this round, as 1 and 0.
type drill struct {
	Skill *content.Skill
	Items []*exam.Item
	Seed  int64
	N     int
	Done  string
}

// A practiceItemView is one practice item, asked or answered.
type practiceItemView struct {
	Frame   ui.Frame
	Round   drill
	Item    itemView
	Err     string
	Review  *reviewView // after the answer
	Lesson  []ui.Link
	Summary []practiceResult // after the round, instead of an item
}

// A practiceResult is one line of the summary.
type practiceResult struct {
	Title  string
	Right  bool
	Lesson []ui.Link
}

// practiceItems returns the practice items of a skill.
func practiceItems(b *exam.Bank, skill string) []*exam.Item {
	return slices.Clone(b.Skill(exam.PracticePool, skill))
}

// practiceItem asks one item, or sums a round up: GET
// /practice/{skill}?seed=&n=&done=. Without a seed it sends the learner to an
// order of their own, so that going back shows the same item again.
func (s *Server) practiceItem(w http.ResponseWriter, r *http.Request) error {
	if r.FormValue("seed") == "" {
		seed := (s.cfg.Seed()%practiceSeeds + practiceSeeds) % practiceSeeds
		return redirect(w, r, drill{Seed: seed}.at(r.PathValue("skill")))
	}
	rd, err := s.newDrill(r)
	if err != nil {
		return err
	}
	v := s.newPracticeItemView(r, rd)
	if rd.over() {
		v.Summary = s.summary(rd)
		return show(w, r, http.StatusOK, practiceDonePage(v))
	}
	v.Item = runnable(newItemView(rd.item(), rd.order(), exam.Response{}))
	return show(w, r, http.StatusOK, practiceItemPage(v))
}

// practiceAnswer marks an answer and shows why: POST /practice/{skill}. A
// button of an ordering item, or a form that cannot be marked, shows the item
// again with what was entered.
func (s *Server) practiceAnswer(w http.ResponseWriter, r *http.Request) error {
	rd, err := s.newDrill(r)
	if err != nil {
		return err
	}
	if rd.over() {
		return redirect(w, r, rd.at(rd.Skill.ID))
	}
	v := s.newPracticeItemView(r, rd)
	it := rd.item()
	given := readResponse(it, r.PostForm)
	again := func(status int, err string) error {
		v.Err = err
		v.Item = runnable(newItemView(it, rd.order(), given))
		if it.Type == exam.SQL && r.PostFormValue("run") != "" {
			v.Item.Query.Result = s.runQuery(r.Context(), it.Query, given.Text)
		}
		return show(w, r, status, practiceItemPage(v))
	}
	if move := r.PostFormValue("move"); move != "" {
		given.Choice = moved(given.Choice, move)
		return again(http.StatusOK, "")
	}
	if it.Type == exam.SQL && r.PostFormValue("run") != "" {
		return again(http.StatusOK, "")
	}
	if r.PostFormValue("show") != "" {
		given = exam.Response{} // reasons without an answer
	} else if given.Blank() {
		return again(http.StatusUnprocessableEntity, "Give an answer first, or ask for the reasons without one.")
	}
	given, err = it.Normal(given)
	if err != nil {
		return again(http.StatusUnprocessableEntity, practiceError(it, err))
	}
	if err := s.keepRound(r.Context(), it, given); err != nil {
		return err
	}
	mark, err := s.score(it, given)
	if err != nil {
		return err
	}
	review := newReviewView(it, rd.order(), given, mark)
	v.Review, v.Lesson = &review, lessonLinks(s.site.Load().Library, it.Lesson)
	v.Round.Done += doneValue(mark.Right())
	v.Round.N++
	return show(w, r, http.StatusOK, practiceAnswerPage(v))
}

// errTwice means that a card was answered on this day already.
var errTwice = errors.New("answered today")

// keepRound makes a card of an item that was answered in a quick round, for
// whoever has saved something before; readers leave no trace. An answer to a
// card that was answered on the same day changes nothing.
func (s *Server) keepRound(ctx context.Context, it *exam.Item, r exam.Response) error {
	if learner(ctx) == 0 {
		return nil
	}
	id := practice.ID(it.ID)
	_, err := s.keepAnswer(ctx, learner(ctx), given{id: id, face: s.site.Load().faces[id], reps: anyReps, response: r})
	if errors.Is(err, errTwice) {
		return nil
	}
	return err
}

// practiceError says why an answer cannot be marked.
func practiceError(it *exam.Item, err error) string {
	if it.Type == exam.Numeric && errors.Is(err, exam.ErrResponse) {
		return "That cannot be read as a number. Write it like 24 or 1.5."
	}
	return "That answer does not fit the question. Answer it once more."
}

func (s *Server) newPracticeItemView(r *http.Request, rd drill) practiceItemView {
	v := practiceItemView{Frame: s.described(r, "Practice: "+rd.Skill.Title, practiceDescription, "/practice"), Round: rd}
	v.Frame.Main = "wrap narrow"
	return v
}

// newDrill reads where the learner is. Whatever is not of our making starts a
// round at its first item.
func (s *Server) newDrill(r *http.Request) (drill, error) {
	site := s.site.Load()
	rd := drill{Skill: site.Library.Skill(r.PathValue("skill"))}
	if rd.Skill == nil {
		return rd, errNoPage
	}
	rd.Items = practiceItems(site.Bank, rd.Skill.ID)
	if len(rd.Items) == 0 {
		return rd, errNoPage
	}
	seed, err := strconv.ParseInt(r.FormValue("seed"), 10, 64)
	if err != nil || seed < 0 || seed >= practiceSeeds {
		return rd, errBadInput
	}
	rd.Seed = seed
	chance := rand.New(rand.NewPCG(uint64(seed), 0)) // #nosec G404 -- the seed in the address is the round
	chance.Shuffle(len(rd.Items), func(i, j int) { rd.Items[i], rd.Items[j] = rd.Items[j], rd.Items[i] })
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 0 || n > len(rd.Items) {
		n = 0
	}
	rd.N = n
	if d := r.FormValue("done"); len(d) <= practiceRound && strings.Trim(d, "01") == "" && len(d) <= n {
		rd.Done = d
	}
	return rd, nil
}

// at is the address of the round, for the skill with the given id.
func (rd drill) at(skill string) string {
	q := url.Values{"seed": {strconv.FormatInt(rd.Seed, 10)}, "n": {strconv.Itoa(rd.N)}}
	if rd.Done != "" {
		q.Set("done", rd.Done)
	}
	return "/practice/" + url.PathEscape(skill) + "?" + q.Encode()
}

func (rd drill) url() string { return rd.at(rd.Skill.ID) }

// over reports whether the round has come to its summary.
func (rd drill) over() bool { return len(rd.Done) == practiceRound || rd.N == len(rd.Items) }

// next begins the round after this one: where the items go on, or from the
// start in another order when all have been seen.
func (rd drill) next() drill {
	rd.Done = ""
	if rd.N == len(rd.Items) {
		rd.N, rd.Seed = 0, (rd.Seed+1)%practiceSeeds
	}
	return rd
}

func (rd drill) item() *exam.Item { return rd.Items[rd.N] }

// place says which item of the round it is, counted from 1, and of how many.
func (rd drill) place() (n, of int) {
	n = len(rd.Done) + 1
	return n, min(practiceRound, len(rd.Items)-rd.N+n-1)
}

func (rd drill) right() int { return strings.Count(rd.Done, "1") }

// order is the order in which the options of the item are shown: the author's
// where it was fixed, else one that the seed gives.
func (rd drill) order() []exam.OptionID {
	return itemOrder(rd.item(), uint64(rd.Seed), uint64(rd.N)+1)
}

// itemOrder is the order in which two seeds show the options of an item: the
// author's where it was fixed. An ordering item never comes solved.
func itemOrder(it *exam.Item, seed, other uint64) []exam.OptionID {
	options := it.Options
	if it.Type == exam.Matching {
		options = it.Choices
	}
	ids := make([]exam.OptionID, len(options))
	for i, o := range options {
		ids[i] = o.ID
	}
	if it.Fixed {
		return ids
	}
	chance := rand.New(rand.NewPCG(seed, other)) // #nosec G404 -- a page that is opened again shows the same order
	solved := slices.Clone(ids)
	chance.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	if it.Type == exam.Ordering && slices.Equal(ids, solved) {
		ids[0], ids[1] = ids[1], ids[0] // an order that comes solved asks nothing
	}
	return ids
}

// summary lists the items of the round that is over.
func (s *Server) summary(rd drill) []practiceResult {
	var list []practiceResult
	first := rd.N - len(rd.Done)
	for i, c := range rd.Done {
		it := rd.Items[first+i]
		list = append(list, practiceResult{it.Title, c == '1', lessonLinks(s.site.Load().Library, it.Lesson)})
	}
	return list
}
