// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	yaml "heapscope.example/debug.oracle/app/yaml.v3"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	fmt.Sscanf(runtime.Version(), "go1.%d", &answer.Minor)
	describeVariables()
	const path = "heapscope.example/debug.oracle/app/yaml.v3."
	add(path+"Root", &yaml.Root)
	add(path+"Cache", &yaml.Cache)
	keep := closures(&outer{}, len(os.Args), os.Args[0])
	use(keep)
	dump, err := os.Create(os.Args[1])
	check(err)
	middle(pair[int, string]{3, "three"}, func() {
		runtime.GC()
		debug.WriteHeapDump(dump.Fd())
	})
	use(keep)
	text, err := json.Marshal(&answer)
	check(err)
	check(os.WriteFile(os.Args[2], text, 0o644))
}
