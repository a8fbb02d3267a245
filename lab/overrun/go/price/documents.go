package main

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
)

const (
	documentCount = 900
	keptDocuments = 64 // of all goroutines together
	nestedAtMost  = 9
	longestList   = 6
)

// A node of a document is a number, a word, or a list of nodes.
type documentNode struct {
	kind   byte
	number float64
	word   string
	nodes  []*documentNode
	parent *documentNode
}

// documents: a goroutine for each P writes nested lists as text, parses them into nodes that point
// to each other, and keeps the last ones. Most of what lives is pointers.
func documents(work float64, _ *clock) {
	workers := runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for worker := 0; worker < workers; worker++ {
		all.Add(1)
		go func(worker int) {
			defer all.Done()
			numbers := random(worker + 1)
			kept := make([]*documentNode, keptDocuments/workers)
			for n := 0; n < int(work*documentCount)/workers; n++ {
				var text strings.Builder
				write(&text, &numbers, nestedAtMost)
				parser := documentParser{text: text.String()}
				root := parser.node(nil)
				if root.size() != parser.nodes {
					panic("a document has lost nodes")
				}
				kept[n%len(kept)] = root
			}
		}(worker)
	}
	all.Wait()
}

func write(text *strings.Builder, numbers *random, deep int) {
	switch kind := numbers.below(4); {
	case deep == nestedAtMost || (deep > 0 && kind > 1):
		text.WriteByte('(')
		for length := 1 + numbers.below(longestList); length > 0; length-- {
			write(text, numbers, deep-1)
			text.WriteByte(' ')
		}
		text.WriteByte(')')
	case kind == 0:
		text.WriteString(strconv.Itoa(numbers.below(1_000_000)))
	default:
		text.WriteString("word")
		text.WriteString(strconv.Itoa(numbers.below(1000)))
	}
}

type documentParser struct {
	text  string
	at    int
	nodes int
}

func (p *documentParser) node(parent *documentNode) *documentNode {
	node := &documentNode{parent: parent}
	p.nodes++
	if p.text[p.at] == '(' {
		node.kind = '('
		p.at++
		for p.text[p.at] != ')' {
			node.nodes = append(node.nodes, p.node(node))
			p.at++ // the blank behind it
		}
		p.at++
		return node
	}
	from := p.at
	for p.at < len(p.text) && p.text[p.at] != ' ' && p.text[p.at] != ')' {
		p.at++
	}
	// A copy, so that the node does not keep the text.
	node.kind, node.word = 'w', strings.Clone(p.text[from:p.at])
	if number, err := strconv.ParseFloat(node.word, 64); err == nil {
		node.kind, node.number = 'n', number
	}
	return node
}

func (n *documentNode) size() int {
	size := 1
	for _, node := range n.nodes {
		size += node.size()
	}
	return size
}
