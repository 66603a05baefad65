package main

import (
	"cmp"
	"os"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	aether "quickstart/aether/v1"
)

const (
	timeout  = 10 * time.Second // for a call
	attempts = 10               // before a loop gives up
)

// sendAgain are the reasons after which nothing was stored or the outcome is unknown: the same request may be sent again.
var sendAgain = []string{"OUTCOME_UNKNOWN", "STORE_UNAVAILABLE", "SHUTTING_DOWN", "OVERLOADED"}

func connect() (*grpc.ClientConn, error) {
	options, err := withCredentials()
	if err != nil {
		return nil, err
	}
	// Pings detect connections that died silently.
	pings := grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second})
	return grpc.NewClient(cmp.Or(os.Getenv("AETHER_SERVER"), "127.0.0.1:7450"), append(options, pings)...)
}

// explain returns the reason and the VersionConflict of an error; empty if it comes from a proxy or a lost connection.
func explain(err error) (reason string, conflict *aether.VersionConflict) {
	for _, detail := range status.Convert(err).Details() { // grpc-status-details-bin
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.Domain == "aether" {
				reason = detail.Reason
			}
		case *aether.VersionConflict:
			conflict = detail
		}
	}
	return reason, conflict
}

func isFinal(reason string) bool { return reason != "" && !slices.Contains(sendAgain, reason) }

func pause(attempt int) { time.Sleep(min(50*time.Millisecond<<attempt, 2*time.Second)) }
