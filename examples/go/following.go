package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	aether "quickstart/aether/v1"
)

// This example limits a subscription. In production it has no deadline: treat 20 s without a frame as a lost connection.
const patience = 10 * time.Second

// follow adds the versions of events to seen until it has the last one, across lost connections.
func follow(request *aether.SubscribeRequest, seen *[]uint64, until uint64) error {
	for attempt := range attempts {
		err := followOnce(request, seen, until)
		if reason, _ := explain(err); err == nil || isFinal(reason) {
			return err
		}
		pause(attempt)
	}
	return fmt.Errorf("the subscription was lost %d times", attempts)
}

// followOnce subscribes over a connection of its own and closes it at the end.
func followOnce(request *aether.SubscribeRequest, seen *[]uint64, until uint64) error {
	connection, err := connect()
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	frames, err := aether.NewEventBusClient(connection).Subscribe(ctx, request)
	if err != nil {
		return err
	}
	for !slices.Contains(*seen, until) {
		response, err := frames.Recv()
		if err != nil {
			return err
		}
		for _, at := range response.GetEvents().GetCommits() {
			for _, event := range at.Commit.Events {
				*seen = append(*seen, event.Version)
			}
		}
		goOnAfter(response, request)
	}
	return nil
}

// goOnAfter makes the request resume after this frame. A projection stores it together with what the events changed.
func goOnAfter(response *aether.SubscribeResponse, request *aether.SubscribeRequest) {
	if cursor := cursorOf(response); cursor != "" {
		request.Start = &aether.SubscribeRequest_Cursor{Cursor: cursor}
		request.After = map[string]*aether.PartitionPositions{}
		return
	}
	// Some frames have no cursor: then the positions say how far it got since the last one.
	for _, at := range response.GetEvents().GetCommits() {
		after := request.After[at.Commit.Namespace]
		if after == nil {
			after = &aether.PartitionPositions{Positions: map[uint32]uint64{}}
			request.After[at.Commit.Namespace] = after
		}
		after.Positions[at.Partition] = at.Position
	}
}

func cursorOf(response *aether.SubscribeResponse) string {
	switch frame := response.Frame.(type) {
	case *aether.SubscribeResponse_Started:
		return frame.Started.Cursor
	case *aether.SubscribeResponse_Events:
		return frame.Events.Cursor
	case *aether.SubscribeResponse_CaughtUp:
		return frame.CaughtUp.Cursor
	case *aether.SubscribeResponse_Heartbeat:
		return frame.Heartbeat.Cursor
	case *aether.SubscribeResponse_Error:
		return frame.Error.Cursor
	default:
		return ""
	}
}
