// One member of a consumer group on demarche:events: loses nothing, buries what cannot be handled.
// The rules are those of docs/consuming.md. go mod tidy && go run . redis://localhost:6390 app-1
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/gomodule/redigo/redis"
)

const stream, group, attempts, count = "demarche:events", "example", 5, 10
const idle = 60_000 // milliseconds: longer than `count` calls of your handler take

var c redis.Conn

type list = []interface{}

// Your work. It may see a message twice: store where the revision is higher than what you have.
func handle(document string) error {
	var cloud struct{ Data map[string]interface{} }
	err := json.Unmarshal([]byte(document), &cloud)
	if err == nil {
		fmt.Println(cloud.Data["id"], cloud.Data["revision"])
	}
	return err
}

func do(command string, args ...interface{}) list {
	answer, err := redis.Values(c.Do(command, args...))
	if err != nil && err != redis.ErrNil {
		panic(err) // Redis is away, or the group: `main` begins again
	}
	return answer
}

func deliver(answer list, again bool) (last interface{}) {
	if len(answer) == 0 {
		return nil
	}
	for _, entry := range answer[0].(list)[1].(list) {
		id, fields, deliveries := entry.(list)[0], entry.(list)[1], int64(1)
		if again {
			deliveries = do("XPENDING", stream, group, id, id, 1)[0].(list)[3].(int64)
		}
		last = id
		data, err := redis.StringMap(fields, nil)
		if deliveries > attempts {
			err = fmt.Errorf("it was never finished")
		} else if err == nil { // else it was trimmed while it was pending
			err = handle(data["data"])
		}
		buried := fields != nil && err != nil
		if buried && deliveries < attempts {
			continue // it stays pending, and comes again after `idle`
		}
		c.Send("MULTI")
		if buried {
			letter := redis.Args{stream + ":dead:" + group, "*"}.Add(fields.(list)...)
			c.Send("XADD", letter.Add("dead-reason", err.Error(), "dead-entry", id)...)
		}
		c.Send("XACK", stream, group, id)
		do("EXEC")
	}
	return last
}

func work(url, name string) {
	defer func() { log.Print(recover()) }()
	c, _ = redis.DialURL(url)
	c.Do("XGROUP", "CREATE", stream, group, "0", "MKSTREAM") // an error where it is there already
	for last := interface{}("0"); last != nil; {             // own ones; those behind a bad one are not tried
		last = deliver(do("XREADGROUP", "GROUP", group, name, "COUNT", 1, "STREAMS", stream, last), true)
	}
	for cursor := "0-0"; ; { // abandoned ones, then new ones
		answer := do("XAUTOCLAIM", stream, group, name, idle, cursor, "COUNT", 1)
		deliver(list{list{stream, answer[1]}}, true)
		if cursor, _ = redis.String(answer[0], nil); cursor == "0-0" {
			deliver(do("XREADGROUP", "GROUP", group, name, "COUNT", count, "BLOCK", 500,
				"STREAMS", stream, ">"), false)
		}
	}
}

func main() {
	for ; ; time.Sleep(time.Second) {
		work(os.Args[1], os.Args[2])
	}
}
