"""The connection to a node, and what its errors mean."""

import os
import time

import credentials
import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from aether.v1 import errors_pb2

SERVER = os.environ.get("AETHER_SERVER", "127.0.0.1:7450")
TIMEOUT_S = 10  # for a call
ATTEMPTS = 10  # before a loop gives up

# After these, nothing was stored or the outcome is unknown: the same request may be sent again.
SEND_AGAIN = {"OUTCOME_UNKNOWN", "STORE_UNAVAILABLE", "SHUTTING_DOWN", "OVERLOADED"}


def connect():
    options = [
        # Use a connection of its own: otherwise all channels to one address share one.
        ("grpc.use_local_subchannel_pool", 1),
        # Pings detect connections that died silently.
        ("grpc.keepalive_time_ms", 20_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    secured = credentials.from_environment()
    return grpc.secure_channel(SERVER, secured, options) if secured else grpc.insecure_channel(SERVER, options)


def explain(error):
    """Returns the reason and the VersionConflict of an error; None, None if it comes from a proxy or a lost connection."""
    status = rpc_status.from_call(error)  # grpc-status-details-bin
    reason = conflict = None
    for detail in status.details if status else ():
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
            reason = info.reason if info.domain == "aether" else None
        elif detail.Is(errors_pb2.VersionConflict.DESCRIPTOR):
            conflict = errors_pb2.VersionConflict.FromString(detail.value)
    return reason, conflict


def is_final(reason):
    return reason is not None and reason not in SEND_AGAIN


def pause(attempt):
    time.sleep(min(0.05 * 2**attempt, 2))
