#!/usr/bin/env python3
"""Saves, meets a conflict, reads, and subscribes with resume: Aether from Python, with stubs generated from proto/ alone.

Exits with 0 only if the subscriber gets each event once and in order although it loses its connection.
"""

import sys
import uuid

import grpc

from aether.v1 import event_bus_pb2, event_store_pb2, event_store_pb2_grpc
from connection import ATTEMPTS, connect
from following import follow
from saving import Conflict, new_save, read, save


def cancel(store, actor_id, history):
    """Cancels the order with this history. If others were faster, reads what they saved and decides again."""
    for _ in range(ATTEMPTS):
        is_paid = any(event.event_type == "OrderPaid" for event in history)
        decision = "RefundOrdered" if is_paid else "OrderCancelled"
        try:
            return decision, save(store, new_save(actor_id, len(history), decision))
        except Conflict as conflict:
            late = conflict.details
        print(f"   VersionConflict: {late.actor_id} is at version {late.current_version}, attempted {late.attempted_version}")
        missed = read(store, actor_id, late.attempted_version)
        print(f"   missed: {listed(missed)}")
        history = history + missed
    sys.exit(f"others were faster {ATTEMPTS} times")


def listed(events):
    return ", ".join(f"v{event.version} {event.event_type}" for event in events)


def main():
    actor_id = f"order-{uuid.uuid4().hex[:8]}"
    with connect() as channel:
        store = event_store_pb2_grpc.EventStoreStub(channel)

        print("1. Save")
        saved = save(store, new_save(actor_id, 0, "OrderPlaced"))
        print(f"   {actor_id}: OrderPlaced is version {saved.last_version}")
        known = read(store, actor_id)
        payment = new_save(actor_id, 1, "OrderPaid")
        saved = save(store, payment)
        print(f"   {actor_id}: OrderPaid is version {saved.last_version}")
        payment.retry = True  # as if its answer had been lost
        saved = save(store, payment)
        print(f"   sent again: still version {saved.last_version}, replayed {str(saved.replayed).lower()}")

        print("2. Cancel, having seen version 1 only")
        decision, saved = cancel(store, actor_id, known)
        print(f"   decided again: {decision} is version {saved.last_version}")

        print("3. Read")
        print(f"   {listed(read(store, actor_id))}")

        print("4. Subscribe")
        seen = []
        request = event_bus_pb2.SubscribeRequest(filter=event_store_pb2.Filter(actor_pattern=actor_id))
        request.beginning.SetInParent()
        follow(request, seen, until=3)
        print(f"   from the beginning: {seen}; then the connection is lost")
        save(store, new_save(actor_id, 3, "RefundPaid"))
        print("   meanwhile RefundPaid is saved")
        follow(request, seen, until=4)
        print(f"   resumed at the cursor: {seen}")
        if seen != [1, 2, 3, 4]:
            sys.exit("events were missed or came twice")


if __name__ == "__main__":
    try:
        main()
    except grpc.RpcError as error:
        sys.exit(f"quickstart.py: {error.code().name}: {error.details()}")
