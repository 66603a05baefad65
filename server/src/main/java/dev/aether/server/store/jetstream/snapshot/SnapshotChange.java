package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.codec.SnapshotCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.jetstream.format.SnapshotMessages;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What is to become of an actor's snapshot. Decides only; {@link SnapshotPolicy} does it. Done
 * twice it is as if it were done once.
 */
sealed interface SnapshotChange {
  /**
   * The change where there is no namespace: why it can't be, or empty if there is nothing to do.
   */
  Optional<StoreException> withoutNamespace();

  /** Fails with a StoreException if the actor is not such that the change may be made. */
  CompletableFuture<?> admit(EventStore events);

  /** Whether it is so already, with this message as the actor's last; it may be damaged. */
  boolean isSo(SnapshotMessages messages, Optional<StoredMessage> stored);

  /**
   * Goes on only if this message may be replaced.
   *
   * @throws StoreException otherwise
   */
  void checkReplaces(SnapshotMessages messages, StoredMessage stored);

  /**
   * Whether the actor's last message may be deleted before there is a record in its place, where a
   * full store has no room for both.
   */
  boolean mayDeleteFirst();

  /** The record that takes the place of the message at a sequence; 0: of none. */
  byte[] record(long after);

  /** Stores a snapshot. */
  record Put(Namespace namespace, ActorId actor, Snapshot snapshot) implements SnapshotChange {
    @Override
    public Optional<StoreException> withoutNamespace() {
      return Optional.of(ahead(0));
    }

    private StoreException ahead(long current) {
      return StoreException.snapshotAhead(actor, current, snapshot.getVersion());
    }

    /** An actor's version never falls, so once is enough. */
    @Override
    public CompletableFuture<?> admit(EventStore events) {
      return events.versions(namespace, actor).thenAccept(this::check);
    }

    private void check(ActorVersions versions) {
      if (Long.compareUnsigned(snapshot.getVersion(), versions.latest()) > 0) {
        throw ahead(versions.latest());
      }
    }

    @Override
    public boolean isSo(SnapshotMessages messages, Optional<StoredMessage> stored) {
      try {
        return stored.isPresent() && messages.record(stored.get()).getSnapshot().equals(snapshot);
      } catch (StoreException.CorruptRecord e) {
        return false;
      }
    }

    /** What can't be read may be newer: it is deleted knowingly or not at all. */
    @Override
    public void checkReplaces(SnapshotMessages messages, StoredMessage stored) {
      SnapshotRecord record = messages.record(stored);
      long version = record.getSnapshot().getVersion();
      if (record.hasSnapshot() && Long.compareUnsigned(version, snapshot.getVersion()) > 0) {
        throw StoreException.snapshotOutdated(actor, version, snapshot.getVersion());
      }
    }

    @Override
    public boolean mayDeleteFirst() {
      return false;
    }

    @Override
    public byte[] record(long after) {
      return SnapshotCodec.stored(snapshot, after);
    }
  }

  /**
   * Says that there is none any more. A message, since a purge would let older writers in again.
   */
  record Remove() implements SnapshotChange {
    @Override
    public Optional<StoreException> withoutNamespace() {
      return Optional.empty();
    }

    @Override
    public CompletableFuture<?> admit(EventStore events) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isSo(SnapshotMessages messages, Optional<StoredMessage> stored) {
      try {
        return stored.isEmpty() || messages.record(stored.get()).hasDeleted();
      } catch (StoreException.CorruptRecord e) {
        return false;
      }
    }

    @Override
    public void checkReplaces(SnapshotMessages messages, StoredMessage stored) {}

    @Override
    public boolean mayDeleteFirst() {
      return true;
    }

    @Override
    public byte[] record(long after) {
      return SnapshotCodec.deleted(after);
    }
  }
}
