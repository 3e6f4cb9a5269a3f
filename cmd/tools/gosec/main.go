// Gosec looks for unsafe ways in our code. The program of its authors does the
// same and brings clients of three AI services along, which take minutes to
// compile.
package main

import (
	"github.com/securego/gosec/v2/goanalysis"
	"golang.org/x/tools/go/analysis/singlechecker"
)

func main() { singlechecker.Main(goanalysis.Analyzer) }
