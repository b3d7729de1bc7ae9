// SPDX-License-Identifier: Apache-2.0

// trace-reader HEAPSCOPE WORKDIR FILE... reads traces with the reader of Go's
// own tools and with heapscope, and compares. FILE is a trace, plain or gzip'd,
// or one of Go's texts of a trace (.test). scripts/test-traces-like-go builds
// it inside Go's tree, as that reader is internal.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"internal/trace"
	"internal/trace/raw"
	"internal/trace/testtrace"
	"internal/trace/tracev2"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// What both count, by the names of heapscope's JSON.
type counts map[string]uint64

func goroutine(c counts, st trace.StateTransition) {
	from, to := st.Goroutine()
	switch {
	case from == trace.GoUndetermined:
		c["goroutines_existed"]++
	case from == trace.GoNotExist:
		c["goroutines_started"]++
	case to == trace.GoNotExist:
		c["goroutines_ended"]++
	}
}

// read takes all events of a trace as Go's tools see them.
func read(data []byte) (counts, error) {
	c := counts{}
	r, err := trace.NewReader(bytes.NewReader(data))
	if err != nil {
		return c, err
	}
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			return c, nil
		}
		if err != nil {
			return c, err
		}
		switch ev.Kind() {
		case trace.EventStateTransition:
			if st := ev.StateTransition(); st.Resource.Kind == trace.ResourceGoroutine {
				goroutine(c, st)
			}
		case trace.EventRangeBegin, trace.EventRangeActive:
			if ev.Kind() == trace.EventRangeActive && c["collections"] > 0 {
				break // told again in each generation
			}
			if ev.Range().Name == "GC concurrent mark phase" {
				c["collections"]++
			}
		case trace.EventMetric:
			if ev.Metric().Name == "/memory/classes/heap/objects:bytes" {
				c["heap_samples"]++
			}
		}
	}
}

// wire counts the events that have a time, of a trace of Go 1.22 or newer.
func wire(data []byte) (uint64, error) {
	r, err := raw.NewReader(bytes.NewReader(data))
	if err != nil {
		return 0, err
	}
	n := uint64(0)
	for {
		ev, err := r.ReadEvent()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		specs := r.Version().Specs()
		if int(ev.Ev) >= len(specs) || specs[ev.Ev].IsTimedEvent {
			n++
		}
		if ev.Ev == tracev2.EvClockSnapshot {
			n--
		}
	}
}

// load returns the bytes of a trace and whether they must be refused.
func load(path string) (data []byte, refuse, unsure bool, err error) {
	if strings.HasSuffix(path, ".test") {
		r, _, expect, err := testtrace.ParseFile(path)
		if err != nil {
			return nil, false, false, err
		}
		data, err = io.ReadAll(r)
		return data, expect.Check(errors.New("")) == nil ||
			expect.Check(nil) != nil, false, err
	}
	data, err = os.ReadFile(path)
	if err == nil && strings.HasSuffix(path, ".gz") {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(data)); err == nil {
			data, err = io.ReadAll(z)
		}
	}
	// A corpus of go's fuzzer: what matters is that nothing breaks.
	if bytes.HasPrefix(data, []byte("go test fuzz v1")) {
		var text string
		_, rest, _ := bytes.Cut(data, []byte("[]byte("))
		err = json.Unmarshal(jsonString(rest), &text)
		return []byte(text), false, true, nil
	}
	return data, false, false, err
}

// jsonString is Go's quoted bytes, as far as JSON can have them.
func jsonString(quoted []byte) []byte {
	quoted = bytes.TrimSpace(quoted)
	quoted = bytes.TrimSuffix(quoted, []byte(")"))
	return bytes.ReplaceAll(quoted, []byte(`\x`), []byte(`\u00`))
}

// ours is what heapscope makes of the trace at path.
func ours(heapscope, path string) (counts, int, string) {
	var out, complaint bytes.Buffer
	cmd := exec.Command(heapscope, "info", "-f", "json", path)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	status := cmd.ProcessState.ExitCode()
	if err != nil && status < 0 {
		return nil, status, err.Error()
	}
	var doc struct {
		Files []struct{ Trace map[string]any }
	}
	c := counts{}
	if json.Unmarshal(out.Bytes(), &doc) == nil && len(doc.Files) == 1 {
		for name, value := range doc.Files[0].Trace {
			if n, ok := value.(float64); ok {
				c[name] = uint64(n)
			}
		}
	}
	return c, status, strings.TrimSpace(complaint.String())
}

func compare(heapscope, work, path string) error {
	data, refuse, unsure, err := load(path)
	if err != nil {
		return err
	}
	copied := filepath.Join(work, "t.trace")
	if err := os.WriteFile(copied, data, 0o666); err != nil {
		return err
	}
	got, status, complaint := ours(heapscope, copied)
	if unsure {
		if status != 0 && status != 2 && status != 3 {
			return fmt.Errorf("status %d: %s", status, complaint)
		}
		return nil
	}
	want, err := read(data)
	if (err != nil) != (status != 0) || refuse && status == 0 {
		return fmt.Errorf("Go's reader: %v; heapscope: status %d, %s", err,
			status, complaint)
	}
	if err != nil {
		return nil
	}
	names := []string{"goroutines_ended", "collections", "heap_samples"}
	if got["generations"] > 0 {
		names = append(names, "goroutines_existed", "goroutines_started")
		// The reader of wire events does not know those of experiments.
		if want["events"], err = wire(data); err == nil {
			names = append(names, "events")
		}
	} else {
		// Go's reader has all goroutines start in the trace, and all that
		// wait for ever end.
		names = []string{"goroutines", "collections", "heap_samples"}
		want["goroutines"] = want["goroutines_existed"] + want["goroutines_started"]
	}
	for _, name := range names {
		if got[name] != want[name] {
			return fmt.Errorf("%s: Go's reader counts %d, heapscope %d", name,
				want[name], got[name])
		}
	}
	return nil
}

func main() {
	passed, failed := 0, 0
	for _, path := range os.Args[3:] {
		if err := compare(os.Args[1], os.Args[2], path); err != nil {
			fmt.Printf("%s: %v\n", path, err)
			failed++
		} else {
			passed++
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
