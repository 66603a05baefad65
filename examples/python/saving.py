"""Saves until the outcome is known, and reads."""

import json
import uuid

import grpc

from aether.v1 import event_pb2, event_store_pb2
from connection import ATTEMPTS, TIMEOUT_S, explain, is_final, pause


class Conflict(Exception):
    """A save was refused because of newer events; details is the VersionConflict."""

    def __init__(self, details):
        super().__init__(f"{details.actor_id} is at version {details.current_version}")
        self.details = details


def new_save(actor_id, expected_version, event_type):
    """A new save with a new commit_id, which stays the same however often it is sent."""
    event = event_pb2.NewEvent(event_type=event_type, data=json.dumps({"by": "python"}).encode())
    return event_store_pb2.SaveEventsRequest(
        actor_id=actor_id, commit_id=str(uuid.uuid4()), expected_version=expected_version, events=[event]
    )


def save(store, request):
    """Sends a save until its outcome is known. Raises Conflict if the actor has newer events."""
    for attempt in range(ATTEMPTS):
        try:
            return store.SaveEvents(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            reason, conflict = explain(error)
            if conflict:
                raise Conflict(conflict) from error
            if is_final(reason):
                raise
            # OUTCOME_UNKNOWN, DEADLINE_EXCEEDED, a lost connection …: it may be stored. Sending it again finds out.
            last = error
        request.retry = True
        pause(attempt)
    raise last  # The outcome is still unknown: keep the request to send it again later.


def read(store, actor_id, from_version=1):
    request = event_store_pb2.GetEventsRequest(actor_id=actor_id, from_version=from_version)
    return [event for frame in store.GetEvents(request, timeout=TIMEOUT_S) for event in frame.events]
