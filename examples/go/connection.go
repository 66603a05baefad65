package main

import (
	"cmp"
	"os"
	"slices"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	aether "quickstart/aether/v1"
)

const (
	timeout  = 10 * time.Second // for a call
	attempts = 10               // before a loop gives up
)

// sendAgain are the reasons after which nothing was stored yet, or nobody knows whether: the same request may be sent
// again.
var sendAgain = []string{"OUTCOME_UNKNOWN", "STORE_UNAVAILABLE", "SHUTTING_DOWN", "OVERLOADED"}

func connect() (*grpc.ClientConn, error) {
	return grpc.NewClient(
		cmp.Or(os.Getenv("AETHER_SERVER"), "127.0.0.1:7450"),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// Pings find out that a connection died without a word.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 10 * time.Second}),
	)
}

// explain takes the reason and the VersionConflict from a status. Both are missing if it isn't Aether's: a proxy's, a
// lost connection's.
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
