// Hello is the shortest program: it saves one event and reads it back. Run it twice to meet a version conflict.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	aether "quickstart/aether/v1"
)

func main() {
	connection, err := grpc.NewClient(
		cmp.Or(os.Getenv("AETHER_SERVER"), "127.0.0.1:7450"),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
	)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := hello(ctx, aether.NewEventStoreClient(connection)); err != nil {
		log.Fatal(err)
	}
}

func hello(ctx context.Context, store aether.EventStoreClient) error {
	saved, err := store.SaveEvents(ctx, &aether.SaveEventsRequest{
		ActorId:  "order-3",
		CommitId: uuid.NewString(), // identifies this save: sending it again never stores it twice
		Expected: &aether.SaveEventsRequest_ExpectedVersion{ExpectedVersion: 0},
		Events:   []*aether.NewEvent{{EventType: "OrderPlaced", Data: []byte(`{"total": 42}`)}},
	})
	if conflict := conflictIn(err); conflict != nil {
		fmt.Printf("conflict: %s is already at version %d\n", conflict.ActorId, conflict.CurrentVersion)
	} else if err != nil {
		return err
	} else {
		fmt.Println("stored as version", saved.LastVersion)
	}

	pages, err := store.GetEvents(ctx, &aether.GetEventsRequest{ActorId: "order-3"})
	if err != nil {
		return err
	}
	for {
		page, err := pages.Recv()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		for _, event := range page.Events {
			fmt.Println(event.Version, event.EventType, string(event.Data))
		}
	}
}

// conflictIn is the VersionConflict in a gRPC error, nil if it has none.
func conflictIn(err error) *aether.VersionConflict {
	for _, detail := range status.Convert(err).Details() {
		if conflict, ok := detail.(*aether.VersionConflict); ok {
			return conflict
		}
	}
	return nil
}
