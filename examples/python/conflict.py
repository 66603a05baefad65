#!/usr/bin/env python3
"""Provokes a version conflict and reads its details: Aether from Python, with stubs made from proto/ alone.

Two savers expect an actor without events. The first stores two of them; the second is refused, and what it needs
in order to decide again comes with the status: the reason, the actor, its version, and the version that was tried.

Exits 0 only if the conflict is what the contract says.
"""

import argparse
import json
import sys
import uuid

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from aether.v1 import errors_pb2, event_pb2, event_store_pb2, event_store_pb2_grpc

TIMEOUT_S = 10


def save(store, actor_id, commit_id, event_types):
    """Saves events of these types, expecting that the actor has none."""
    events = [
        event_pb2.NewEvent(event_type=event_type, data=json.dumps({"by": commit_id}).encode())
        for event_type in event_types
    ]
    request = event_store_pb2.SaveEventsRequest(
        actor_id=actor_id, commit_id=commit_id, expected_version=0, events=events
    )
    return store.SaveEvents(request, timeout=TIMEOUT_S)


def detail(status, message_type):
    """The one detail of that type that the google.rpc.Status carries."""
    found = [any_ for any_ in status.details if any_.Is(message_type.DESCRIPTOR)]
    expect(len(found) == 1, f"one {message_type.DESCRIPTOR.full_name} in the details, found {len(found)}")
    message = message_type()
    found[0].Unpack(message)
    return message


def expect(condition, what):
    if not condition:
        sys.exit(f"conflict.py: expected {what}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default="127.0.0.1:7450", metavar="HOST:PORT")
    server = parser.parse_args().server

    run = uuid.uuid4().hex
    actor_id = f"python.order-{run}"
    with grpc.insecure_channel(server) as channel:
        store = event_store_pb2_grpc.EventStoreStub(channel)
        saved = save(store, actor_id, f"{run}-first", ["OrderPlaced", "OrderPaid"])
        expect((saved.first_version, saved.last_version) == (1, 2), f"versions 1 to 2 to be stored, got {saved}")
        try:
            save(store, actor_id, f"{run}-second", ["OrderPlaced"])
        except grpc.RpcError as refused:
            error = refused
        else:
            sys.exit("conflict.py: expected the second save to be refused, but it was stored")

    expect(error.code() is grpc.StatusCode.ABORTED, f"ABORTED, got {error.code().name}: {error.details()}")
    # grpc-status-details-bin; None if the server sent none.
    status = rpc_status.from_call(error)
    expect(status is not None, "a google.rpc.Status in the trailers")
    info = detail(status, error_details_pb2.ErrorInfo)
    conflict = detail(status, errors_pb2.VersionConflict)

    print(
        json.dumps(
            {
                "code": error.code().name,
                "domain": info.domain,
                "reason": info.reason,
                "actorId": conflict.actor_id,
                "currentVersion": conflict.current_version,
                "attemptedVersion": conflict.attempted_version,
                "message": error.details(),
            },
            indent=2,
        )
    )
    expect((info.domain, info.reason) == ("aether", "VERSION_CONFLICT"), "aether's VERSION_CONFLICT")
    expect(
        (conflict.actor_id, conflict.current_version, conflict.attempted_version) == (actor_id, 2, 1),
        f"actor {actor_id} at version 2, refused at 1",
    )
    message = f'version conflict: actor "{actor_id}" has version 2, cannot save version 1'
    expect(error.details() == message, f"the message {message!r}")
    metadata = {key: info.metadata.get(key) for key in ("actor_id", "current_version", "attempted_version")}
    expect(
        metadata == {"actor_id": actor_id, "current_version": "2", "attempted_version": "1"},
        f"the same values in ErrorInfo's metadata, got {metadata}",
    )


if __name__ == "__main__":
    main()
