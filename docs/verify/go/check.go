package main // Holds webhook.go to the test vectors: go run webhook.go check.go ../vectors.tsv

import (
	"encoding/base64"
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	content, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	rows := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	for _, row := range rows[1:] {
		cells := strings.Split(row, "\t")
		header := http.Header{}
		for i, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
			if cells[3+i] != "" {
				header.Set(name, cells[3+i])
			}
		}
		now, _ := strconv.ParseInt(cells[6], 10, 64)
		body, _ := base64.StdEncoding.DecodeString(cells[7])
		found := "accept"
		if Verify(cells[2], header, body, time.Unix(now, 0)) != nil {
			found = "refuse"
		}
		fmt.Printf("%s\t%s\t%s\n", found, cells[1], cells[0])
	}
}
