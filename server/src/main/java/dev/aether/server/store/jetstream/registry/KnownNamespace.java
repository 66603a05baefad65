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
 * The registry's record of a namespace.
 *
 * @param record empty if there is a fault
 * @param revision the record's sequence in the stream
 * @param fault why this server cannot use the record: a newer release wrote it
 */
record KnownNamespace(
    Namespace name, NamespaceRecord record, long revision, Optional<StoreException> fault) {

  KnownNamespace(NamespaceRecord record, long revision) {
    this(new Namespace(record.getNamespace()), record, revision, Optional.empty());
  }

  /**
   * Decodes a message of the registry.
   *
   * @throws IllegalArgumentException if its subject does not name a namespace
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

  /** Whether some of its streams may not exist yet. */
  boolean isBeingCreated() {
    return is(NamespaceState.NAMESPACE_STATE_CREATING);
  }

  /** Whether some of its streams may still exist. */
  boolean isBeingDeleted() {
    return is(NamespaceState.NAMESPACE_STATE_DELETING);
  }

  /**
   * Whether the name is free. A record that cannot be read does not free it, since the record must
   * not be lost.
   */
  boolean isDeleted() {
    return is(NamespaceState.NAMESPACE_STATE_DELETED);
  }

  /** The namespace, if it has been created completely. */
  Optional<Info> usable() {
    return is(NamespaceState.NAMESPACE_STATE_ACTIVE)
        ? Optional.of(NamespaceRecords.info(record))
        : Optional.empty();
  }

  boolean isSameIncarnationAs(String incarnation) {
    return fault.isEmpty() && record.getIncarnation().equals(incarnation);
  }
}
