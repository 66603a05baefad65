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
 * A change of an actor's snapshot. It only decides; {@link SnapshotPolicy} carries it out. It is
 * idempotent.
 */
sealed interface SnapshotChange {
  /** The outcome if there is no namespace: the error, or empty if there is nothing to do. */
  Optional<StoreException> withoutNamespace();

  /** Fails with a StoreException if the actor's state does not permit the change. */
  CompletableFuture<?> checkAllowed(EventStore events);

  /**
   * Whether this last message of the actor already has the changed state; the message may be
   * damaged.
   */
  boolean isApplied(SnapshotMessages messages, Optional<StoredMessage> stored);

  /**
   * Checks that this message may be replaced.
   *
   * @throws StoreException otherwise
   */
  void checkReplaces(SnapshotMessages messages, StoredMessage stored);

  /**
   * Whether the actor's last message may be deleted before its replacement is stored, if a full
   * store has no space for both.
   */
  boolean mayDeleteFirst();

  /** The record to store after the message at a sequence; 0: after none. */
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

    /** An actor's version never decreases, so one check is enough. */
    @Override
    public CompletableFuture<?> checkAllowed(EventStore events) {
      return events.versions(namespace, actor).thenAccept(this::check);
    }

    private void check(ActorVersions versions) {
      if (Long.compareUnsigned(snapshot.getVersion(), versions.latest()) > 0) {
        throw ahead(versions.latest());
      }
    }

    @Override
    public boolean isApplied(SnapshotMessages messages, Optional<StoredMessage> stored) {
      try {
        return stored.isPresent() && messages.record(stored.get()).getSnapshot().equals(snapshot);
      } catch (StoreException.CorruptRecord e) {
        return false;
      }
    }

    /** A snapshot that cannot be read may be newer, so it is never replaced implicitly. */
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
   * Stores a record that there is no snapshot. It is a message, since a purge would admit older
   * writes again.
   */
  record Remove() implements SnapshotChange {
    @Override
    public Optional<StoreException> withoutNamespace() {
      return Optional.empty();
    }

    @Override
    public CompletableFuture<?> checkAllowed(EventStore events) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isApplied(SnapshotMessages messages, Optional<StoredMessage> stored) {
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
