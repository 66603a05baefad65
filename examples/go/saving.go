package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	aether "quickstart/aether/v1"
)

// conflictError says that a save was refused because of newer events.
type conflictError struct{ details *aether.VersionConflict }

func (e *conflictError) Error() string {
	return fmt.Sprintf("%s is at version %d", e.details.ActorId, e.details.CurrentVersion)
}

// newSave returns a save with a new commit id, which stays the same however often it is sent.
func newSave(actorID string, expectedVersion uint64, eventType string) *aether.SaveEventsRequest {
	return &aether.SaveEventsRequest{
		ActorId:  actorID,
		CommitId: uuid.NewString(),
		Expected: &aether.SaveEventsRequest_ExpectedVersion{ExpectedVersion: expectedVersion},
		Events:   []*aether.NewEvent{{EventType: eventType, Data: []byte(`{"by": "go"}`)}},
	}
}

// save sends a save until its outcome is known. The error is a conflictError if the actor has newer events.
func save(store aether.EventStoreClient, request *aether.SaveEventsRequest) (*aether.SaveEventsResponse, error) {
	var last error
	for attempt := range attempts {
		saved, err := saveOnce(store, request)
		if err == nil {
			return saved, nil
		}
		reason, conflict := explain(err)
		if conflict != nil {
			return nil, &conflictError{conflict}
		}
		if isFinal(reason) {
			return nil, err
		}
		// OUTCOME_UNKNOWN, DEADLINE_EXCEEDED, a lost connection …: it may be stored. Sending it again finds out.
		last = err
		request.Retry = true
		pause(attempt)
	}
	// Keep the request to send it again later.
	return nil, fmt.Errorf("the outcome is still unknown: %w", last)
}

func saveOnce(store aether.EventStoreClient, request *aether.SaveEventsRequest) (*aether.SaveEventsResponse, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return store.SaveEvents(ctx, request)
}

func read(store aether.EventStoreClient, actorID string, fromVersion uint64) ([]*aether.Event, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	frames, err := store.GetEvents(ctx, &aether.GetEventsRequest{ActorId: actorID, FromVersion: fromVersion})
	if err != nil {
		return nil, err
	}
	var events []*aether.Event
	for {
		frame, err := frames.Recv()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		events = append(events, frame.Events...)
	}
}
