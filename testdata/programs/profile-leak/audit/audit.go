// SPDX-License-Identifier: Apache-2.0

// Package audit keeps the last events.  It is bounded: churn, and no leak.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
)

// Log is a ring of the latest events.
type Log struct {
	mu   sync.Mutex
	ring []string
	next int
}

// NewLog returns a log of the last size events.
func NewLog(size int) *Log { return &Log{ring: make([]string, size)} }

// Step turns an event into another.
type Step func(string) string

func chain(steps ...Step) Step {
	return func(event string) string {
		for _, step := range steps {
			event = step(event)
		}
		return event
	}
}

func stamp(event string) string {
	sum := sha256.Sum256([]byte(event))
	return hex.EncodeToString(sum[:]) + " " + event
}

// indent nests an event depth levels deep, calling itself for each.
func indent(event string, depth int) string {
	if depth == 0 {
		return event
	}
	return indent(" "+event, depth-1)
}

var clean = chain(strings.TrimSpace, stamp, func(event string) string {
	return indent(event, 4)
})

// Append adds an event and forgets the oldest.
func (l *Log) Append(event string) {
	event = clean(event)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring[l.next%len(l.ring)] = event
	l.next++
}
