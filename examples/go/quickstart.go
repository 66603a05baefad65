// Quickstart saves, meets a conflict, reads, and subscribes with resume: Aether from Go, with stubs generated
// from proto/ alone. It exits with 0 only if the subscriber gets each event once and in order although it loses its connection.
package main

//go:generate go run ./generate ../../proto aether/v1

import (
	"errors"
	"fmt"
	"log"
	"slices"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/emptypb"

	aether "quickstart/aether/v1"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		reason, _ := explain(err)
		log.Fatalf("quickstart: %s %v", reason, err)
	}
}

func run() error {
	actorID := "order-" + uuid.NewString()[:8]
	connection, err := connect()
	if err != nil {
		return err
	}
	defer connection.Close()
	store := aether.NewEventStoreClient(connection)

	fmt.Println("1. Save")
	known, err := placeAndPay(store, actorID)
	if err != nil {
		return err
	}
	fmt.Println("2. Cancel, having seen version 1 only")
	if err := cancel(store, actorID, known); err != nil {
		return err
	}
	fmt.Println("3. Read")
	history, err := read(store, actorID, 1)
	if err != nil {
		return err
	}
	fmt.Println("  ", listed(history))
	fmt.Println("4. Subscribe")
	return followAndResume(store, actorID)
}

// placeAndPay returns the history before the payment.
func placeAndPay(store aether.EventStoreClient, actorID string) ([]*aether.Event, error) {
	saved, err := save(store, newSave(actorID, 0, "OrderPlaced"))
	if err != nil {
		return nil, err
	}
	fmt.Printf("   %s: OrderPlaced is version %d\n", actorID, saved.LastVersion)
	known, err := read(store, actorID, 1)
	if err != nil {
		return nil, err
	}
	payment := newSave(actorID, 1, "OrderPaid")
	if saved, err = save(store, payment); err != nil {
		return nil, err
	}
	fmt.Printf("   %s: OrderPaid is version %d\n", actorID, saved.LastVersion)
	payment.Retry = true // as if its answer had been lost
	if saved, err = save(store, payment); err != nil {
		return nil, err
	}
	fmt.Printf("   sent again: still version %d, replayed %t\n", saved.LastVersion, saved.Replayed)
	return known, nil
}

// cancel cancels the order with this history. If others were faster, it reads what they saved and decides again.
func cancel(store aether.EventStoreClient, actorID string, history []*aether.Event) error {
	for range attempts {
		decision := "OrderCancelled"
		if slices.ContainsFunc(history, func(e *aether.Event) bool { return e.EventType == "OrderPaid" }) {
			decision = "RefundOrdered"
		}
		saved, err := save(store, newSave(actorID, uint64(len(history)), decision))
		if err == nil {
			fmt.Printf("   decided again: %s is version %d\n", decision, saved.LastVersion)
			return nil
		}
		var conflict *conflictError
		if !errors.As(err, &conflict) {
			return err
		}
		late := conflict.details
		fmt.Printf("   VersionConflict: %s is at version %d, attempted %d\n",
			late.ActorId, late.CurrentVersion, late.AttemptedVersion)
		missed, err := read(store, actorID, late.AttemptedVersion)
		if err != nil {
			return err
		}
		fmt.Println("   missed:", listed(missed))
		history = append(history, missed...)
	}
	return fmt.Errorf("others were faster %d times", attempts)
}

func followAndResume(store aether.EventStoreClient, actorID string) error {
	request := &aether.SubscribeRequest{
		Start:  &aether.SubscribeRequest_Beginning{Beginning: &emptypb.Empty{}},
		Filter: &aether.Filter{ActorPattern: actorID},
	}
	var seen []uint64
	if err := follow(request, &seen, 3); err != nil {
		return err
	}
	fmt.Printf("   from the beginning: %v; then the connection is lost\n", seen)
	if _, err := save(store, newSave(actorID, 3, "RefundPaid")); err != nil {
		return err
	}
	fmt.Println("   meanwhile RefundPaid is saved")
	if err := follow(request, &seen, 4); err != nil {
		return err
	}
	fmt.Printf("   resumed at the cursor: %v\n", seen)
	if !slices.Equal(seen, []uint64{1, 2, 3, 4}) {
		return errors.New("events were missed or came twice")
	}
	return nil
}

func listed(events []*aether.Event) string {
	var words []string
	for _, event := range events {
		words = append(words, fmt.Sprintf("v%d %s", event.Version, event.EventType))
	}
	return strings.Join(words, ", ")
}
