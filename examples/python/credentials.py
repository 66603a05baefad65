"""TLS and the token for a secured node, from the variables that the command line uses as well."""

import os
import pathlib

import grpc


def from_environment():
    """Returns credentials for a channel; None if no variable asks for TLS."""
    names = ("AETHER_TLS_CA", "AETHER_TOKEN_FILE", "AETHER_TOKEN", "AETHER_CLIENT_TLS_CERT")
    if not any(os.environ.get(name) for name in names) and os.environ.get("AETHER_TLS") != "true":
        return None
    tls = grpc.ssl_channel_credentials(
        root_certificates=content("AETHER_TLS_CA"),  # None: those that come with gRPC
        private_key=content("AETHER_CLIENT_TLS_KEY"),
        certificate_chain=content("AETHER_CLIENT_TLS_CERT"),
    )
    if token() is None:
        return tls
    return grpc.composite_channel_credentials(tls, grpc.metadata_call_credentials(Bearer()))


class Bearer(grpc.AuthMetadataPlugin):
    """Adds the token to a call. gRPC asks for each call, so the file may be renewed, and does so only with TLS."""

    def __call__(self, context, callback):
        callback((("authorization", f"Bearer {token()}"),), None)


def token():
    in_file = content("AETHER_TOKEN_FILE")
    return in_file.decode().strip() if in_file else os.environ.get("AETHER_TOKEN") or None


def content(variable):
    path = os.environ.get(variable)
    return pathlib.Path(path).read_bytes() if path else None
