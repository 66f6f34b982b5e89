package main // A tiny receiver: WEBHOOK_SECRET=whsec_… go run webhook.go receiver.go 8000

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"
)

var seen sync.Map // yours is a table of the last days

func receive(answer http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, 16<<20))
	if err != nil {
		answer.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if Verify(os.Getenv("WEBHOOK_SECRET"), request.Header, body, time.Now()) != nil {
		answer.WriteHeader(http.StatusUnauthorized)
		return
	}
	var event struct {
		Type string
		Data struct{ Challenge string }
	}
	if json.Unmarshal(body, &event) == nil && event.Type == "orderbus.verification" {
		io.WriteString(answer, event.Data.Challenge) // do you want our events?
		return
	}
	id := request.Header.Get("webhook-id")
	if _, again := seen.LoadOrStore(id, true); !again { // every event comes at least once
		fmt.Println(id, len(body), "bytes") // or a queue
	}
	answer.WriteHeader(http.StatusNoContent)
}

func main() {
	server := &http.Server{
		Addr:        "127.0.0.1:" + os.Args[1],
		Handler:     http.HandlerFunc(receive),
		ReadTimeout: 20 * time.Second,
	}
	log.Fatal(server.ListenAndServe())
}
