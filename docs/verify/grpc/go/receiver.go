package main // A tiny receiver of gRPC: WEBHOOK_SECRET=whsec_… ./receiver 50051

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"example.com/receiver/pb"
)

var seen sync.Map // yours is a table of the last days

type receiver struct{ pb.UnimplementedEventReceiverServer }

func (receiver) Deliver(ctx context.Context, event *pb.CloudEvent) (*pb.Receipt, error) {
	header, given := http.Header{}, metadata.MD{}
	given, _ = metadata.FromIncomingContext(ctx)
	for name, values := range given {
		header.Set(name, values[0])
	}
	body := event.GetBinaryData()
	if err := Verify(os.Getenv("WEBHOOK_SECRET"), header, body, time.Now()); err != nil {
		return nil, status.Error(codes.Unauthenticated, err.Error())
	}
	if event.Type == "orderbus.verification" { // do you want our events?
		var asked struct{ Data struct{ Challenge string } }
		err := json.Unmarshal(body, &asked)
		return &pb.Receipt{Outcome: pb.Receipt_ACCEPTED, Detail: asked.Data.Challenge}, err
	}
	if _, again := seen.LoadOrStore(header.Get("webhook-id"), true); !again { // at least once
		fmt.Println(event.Type, event.Attributes["subject"].GetCeString()) // or a queue
	}
	return &pb.Receipt{Outcome: pb.Receipt_ACCEPTED}, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	pb.RegisterEventReceiverServer(server, receiver{})
	log.Fatal(server.Serve(listener))
}
