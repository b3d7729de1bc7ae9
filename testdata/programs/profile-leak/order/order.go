// SPDX-License-Identifier: Apache-2.0

// Package order decodes orders and renders them as pages.
package order

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
)

// Line is one article of an order.
type Line struct {
	Article string  `json:"article"`
	Count   int     `json:"count"`
	Price   float64 `json:"price"`
}

// Order is what a customer sent.
type Order struct {
	ID    string            `json:"id"`
	Lines []*Line           `json:"lines"`
	Notes map[string]string `json:"notes"`
}

// Session is what the service remembers of a customer.
type Session struct {
	Order   *Order
	Page    []byte
	History []Money
}

// Money is an amount in cents.
type Money int64

func cents(f float64) Money          { return Money(f*100 + 0.5) }
func (l *Line) total() Money         { return cents(l.Price) * Money(l.Count) }
func sum(lines []*Line) (all Money)  { return fold(lines, (*Line).total) }
func note(key string, n int) string  { return fmt.Sprintf("%s number %d", key, n) }
func newPage(size int) *bytes.Buffer { return bytes.NewBuffer(make([]byte, 0, size)) }

func fold[T any](list []T, value func(T) Money) (all Money) {
	for _, item := range list {
		all += value(item)
	}
	return all
}

// Encode is the customer's side: the bytes of order number n.
func Encode(n int) []byte {
	o := Order{ID: fmt.Sprintf("order-%06d", n), Notes: map[string]string{}}
	for i := 0; i < 6+n%7; i++ {
		o.Lines = append(o.Lines, &Line{
			Article: note("article", n*i%1009), Count: i + 1, Price: 1.25 * float64(i),
		})
	}
	o.Notes["customer"] = note("customer", n)
	raw, err := json.Marshal(&o)
	if err != nil {
		panic(err)
	}
	return raw
}

// Decode reads what Encode wrote.
func Decode(raw []byte) (*Order, error) {
	o := new(Order)
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, fmt.Errorf("order: %w", err)
	}
	sort.Slice(o.Lines, func(i, k int) bool {
		return o.Lines[i].total() > o.Lines[k].total()
	})
	return o, nil
}

// Render makes the page of an order.
func (o *Order) Render() []byte {
	page := newPage(2048)
	fmt.Fprintf(page, "<h1>%s</h1>", o.ID)
	for _, l := range o.Lines {
		fmt.Fprintf(page, "<li>%s x%d = %d</li>", l.Article, l.Count, l.total())
	}
	fmt.Fprintf(page, "<b>%d</b>", sum(o.Lines))
	return page.Bytes()
}

// NewSession starts a session with an order.
func NewSession(o *Order) *Session {
	return &Session{Order: o, Page: o.Render(), History: make([]Money, 64)}
}
