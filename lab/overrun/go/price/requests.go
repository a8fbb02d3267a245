package main

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	requestCount  = 60_000
	clientsForP   = 4
	sessionCount  = 20_000
	fieldsForEach = 24
)

type session struct {
	name   string
	visits []string
}

type request struct {
	text  string
	reply chan<- string
}

type parsed struct {
	session int
	fields  map[string]string
	reply   chan<- string
}

// requests: a server of two stages with channels between. Clients send a request each, wait for its
// reply, and send the next, so a stop or a wait of one stage is felt by all. Each request is timed
// from before it is sent until its reply is there.
func requests(work float64, times *clock) {
	procs := runtime.GOMAXPROCS(0)
	sessions := make([]session, sessionCount)
	for i := range sessions {
		sessions[i].name = "session " + strconv.Itoa(i)
	}
	var guard sync.Mutex
	arrived, read := make(chan request, procs), make(chan parsed, procs)
	var parsers, handlers, clients sync.WaitGroup
	for p := 0; p < procs; p++ {
		parsers.Add(1)
		go func() {
			defer parsers.Done()
			for one := range arrived {
				read <- parse(one)
			}
		}()
		handlers.Add(1)
		go func() {
			defer handlers.Done()
			for one := range read {
				one.reply <- handle(one, sessions, &guard)
			}
		}()
	}
	for client := 0; client < procs*clientsForP; client++ {
		clients.Add(1)
		go func(client int) {
			defer clients.Done()
			var own tally
			numbers := random(client + 1)
			reply := make(chan string, 1)
			for n := int(work*requestCount) / (procs * clientsForP); n > 0; n-- {
				text := textOf(&numbers)
				sent := time.Now()
				arrived <- request{text, reply}
				<-reply
				own.add(time.Since(sent))
			}
			times.add(&own)
		}(client)
	}
	clients.Wait()
	close(arrived)
	parsers.Wait()
	close(read)
	handlers.Wait()
}

func textOf(numbers *random) string {
	var text strings.Builder
	text.WriteString(strconv.Itoa(numbers.below(sessionCount)))
	for field := 0; field < fieldsForEach; field++ {
		text.WriteString("&f")
		text.WriteString(strconv.Itoa(field))
		text.WriteByte('=')
		text.WriteString(strconv.Itoa(numbers.below(1_000_000)))
	}
	return text.String()
}

func parse(one request) parsed {
	parts := strings.Split(one.text, "&")
	number, err := strconv.Atoi(parts[0])
	if err != nil {
		panic(err)
	}
	fields := make(map[string]string)
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(part, "=")
		fields[name] = value
	}
	return parsed{number, fields, one.reply}
}

// Keeps the last visits of a session, and answers with what they were.
func handle(one parsed, sessions []session, guard *sync.Mutex) string {
	values := make([]string, 0, len(one.fields))
	for name, value := range one.fields {
		values = append(values, name+": "+value)
	}
	guard.Lock()
	defer guard.Unlock()
	of := &sessions[one.session]
	of.visits = append(of.visits, strings.Join(values[:2], ", "))
	if len(of.visits) > 3 {
		of.visits = append([]string(nil), of.visits[1:]...)
	}
	return of.name + strings.Join(of.visits, "; ")
}
