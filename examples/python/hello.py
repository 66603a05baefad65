#!/usr/bin/env python3
"""The shortest program: saves one event and reads it back. Run it twice to meet a version conflict."""

import os
import uuid

import grpc
from grpc_status import rpc_status

from aether.v1 import errors_pb2, event_pb2, event_store_pb2, event_store_pb2_grpc


def conflict_in(error):
    """The VersionConflict in a gRPC error, None if it has none."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        if detail.Is(errors_pb2.VersionConflict.DESCRIPTOR):
            return errors_pb2.VersionConflict.FromString(detail.value)
    return None


with grpc.insecure_channel(os.environ.get("AETHER_SERVER", "127.0.0.1:7450")) as channel:
    store = event_store_pb2_grpc.EventStoreStub(channel)

    placed = event_store_pb2.SaveEventsRequest(
        actor_id="order-2",
        commit_id=str(uuid.uuid4()),  # identifies this save: sending it again never stores it twice
        expected_version=0,
        events=[event_pb2.NewEvent(event_type="OrderPlaced", data=b'{"total": 42}')],
    )
    try:
        saved = store.SaveEvents(placed, timeout=10)
        print(f"stored as version {saved.last_version}")
    except grpc.RpcError as error:
        conflict = conflict_in(error)
        if not conflict:
            raise
        print(f"conflict: {conflict.actor_id} is already at version {conflict.current_version}")

    for page in store.GetEvents(event_store_pb2.GetEventsRequest(actor_id="order-2"), timeout=10):
        for event in page.events:
            print(event.version, event.event_type, event.data.decode())
