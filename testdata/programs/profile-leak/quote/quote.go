// SPDX-License-Identifier: Apache-2.0

// Package quote asks suppliers for prices.  A slow supplier never answers and
// nobody gives up waiting: the second leak of this program.
package quote

import "example.com/orders/order"

const bufferSize = 16 << 10

// Client asks one supplier.
type Client struct {
	slow    int // every slow-th question is never answered
	asked   int
	results chan order.Money
}

// NewClient returns a client whose every slow-th question hangs.
func NewClient(slow int) *Client {
	return &Client{slow: slow, results: make(chan order.Money)}
}

type call struct {
	order  *order.Order
	buffer []byte
	answer chan order.Money
}

func (c *Client) newCall(o *order.Order) *call {
	return &call{o, make([]byte, bufferSize), make(chan order.Money)}
}

// wait parks until the supplier has answered.
func (k *call) wait() order.Money { return <-k.answer }

// Ask asks for the price of an order and does not wait for it.
func (c *Client) Ask(o *order.Order) {
	k := c.newCall(o)
	c.asked++
	go func() {
		price := k.wait()
		copy(k.buffer, o.ID)
		c.results <- price
	}()
	if c.asked%c.slow != 0 {
		k.answer <- order.Money(len(o.Lines))
		<-c.results
	}
}
