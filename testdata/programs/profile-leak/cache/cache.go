// SPDX-License-Identifier: Apache-2.0

// Package cache keeps what was loaded once.  It forgets nothing, which is the
// leak that this program exists to show.
package cache

import "sync"

// Cache maps keys to loaded values.
type Cache[K comparable, V any] struct {
	mu    sync.Mutex
	items map[K]V
	hits  int
}

// New returns an empty cache.
func New[K comparable, V any]() *Cache[K, V] {
	return &Cache[K, V]{items: make(map[K]V)}
}

// Load returns the value of key, made by fill the first time.
func (c *Cache[K, V]) Load(key K, fill func(K) V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.items[key]; ok {
		c.hits++
		return v
	}
	v := fill(key)
	c.items[key] = v
	return v
}

// Len says how many values are held.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.items)
}
