"""A subscription that resumes where it stopped."""

import sys

import grpc

from aether.v1 import event_bus_pb2_grpc
from connection import ATTEMPTS, connect, explain, is_final, pause

# This example limits a subscription. In production it has no deadline: treat 20 s without a frame as a lost connection.
PATIENCE_S = 10


def follow(request, seen, until):
    """Adds the versions of events to seen until it has the last one, across lost connections."""
    for attempt in range(ATTEMPTS):
        try:
            with connect() as channel:  # leaving it ends the subscription
                for response in event_bus_pb2_grpc.EventBusStub(channel).Subscribe(request, timeout=PATIENCE_S):
                    seen.extend(event.version for at in response.events.commits for event in at.commit.events)
                    go_on_after(response, request)
                    if until in seen:
                        return
        except grpc.RpcError as error:
            reason, _ = explain(error)
            if is_final(reason):
                raise
        pause(attempt)
    sys.exit(f"the subscription was lost {ATTEMPTS} times")


def go_on_after(response, request):
    """Makes the request resume after this frame. A projection stores it together with what the events changed."""
    cursor = getattr(getattr(response, response.WhichOneof("frame")), "cursor", "")
    if cursor:
        request.cursor = cursor
        request.after.clear()
        return
    # Some frames have no cursor: then the positions say how far it got since the last one.
    for at in response.events.commits:
        request.after[at.commit.namespace].positions[at.partition] = at.position
