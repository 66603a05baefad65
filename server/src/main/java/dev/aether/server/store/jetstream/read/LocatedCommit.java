package dev.aether.server.store.jetstream.read;

import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.StoredMessage;

/** A commit and its sequence in the stream. */
public record LocatedCommit(long sequence, CommitHeader header, StoredMessage message) {
  /** The actor's head, provided that this is its last commit. */
  public ActorHead head() {
    return ActorHead.after(header, sequence);
  }
}
