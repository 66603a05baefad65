package dev.aether.server.store.jetstream.registry;

import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.jetstream.format.NamespaceRecords;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import java.util.Optional;

/**
 * What the registry says of a namespace.
 *
 * @param revision the sequence that the record lies at
 * @param fault why this server can't make use of the record, which is then empty: a newer release
 *     wrote it
 */
record KnownNamespace(
    Namespace name, NamespaceRecord record, long revision, Optional<StoreException> fault) {

  KnownNamespace(NamespaceRecord record, long revision) {
    this(new Namespace(record.getNamespace()), record, revision, Optional.empty());
  }

  /**
   * Of a message in the registry.
   *
   * @throws IllegalArgumentException if its subject is no namespace's
   */
  static KnownNamespace of(StoredMessage message) {
    Namespace name =
        new Namespace(message.subject().substring(StreamConfigs.NAMESPACE_SUBJECTS.length()));
    try {
      return new KnownNamespace(
          name,
          NamespaceRecords.decode(name, message.body()),
          message.sequence(),
          Optional.empty());
    } catch (StoreException e) {
      return new KnownNamespace(
          name, NamespaceRecord.getDefaultInstance(), message.sequence(), Optional.of(e));
    }
  }

  private boolean is(NamespaceState state) {
    return fault.isEmpty() && record.getState() == state;
  }

  /** Its streams may not all be there yet. */
  boolean isBeingMade() {
    return is(NamespaceState.NAMESPACE_STATE_CREATING);
  }

  /** Its streams may not all be gone yet. */
  boolean isBeingDeleted() {
    return is(NamespaceState.NAMESPACE_STATE_DELETING);
  }

  /** Only such a record gives the name free: one that can't be read must not be lost. */
  boolean isGone() {
    return is(NamespaceState.NAMESPACE_STATE_DELETED);
  }

  /** The namespace, if it is complete. */
  Optional<Info> usable() {
    return is(NamespaceState.NAMESPACE_STATE_ACTIVE)
        ? Optional.of(NamespaceRecords.info(record))
        : Optional.empty();
  }

  boolean isSameIncarnationAs(String incarnation) {
    return fault.isEmpty() && record.getIncarnation().equals(incarnation);
  }
}
