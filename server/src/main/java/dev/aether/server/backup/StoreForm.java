package dev.aether.server.backup;

import dev.aether.server.store.jetstream.StoredStreams;
import java.util.List;
import java.util.Optional;

/**
 * In which format a store is, and whether this version can use it.
 *
 * @param natsVersion the version of the nats-server
 * @param namespaces those that are not deleted, by name
 */
public record StoreForm(String natsVersion, List<OfNamespace> namespaces) {
  /**
   * In which format a namespace is.
   *
   * @param recordFormat the format of its record in the registry
   * @param commitFormats the format of the newest commit of each log; empty if nothing was saved
   * @param fault why this version cannot use it
   */
  public record OfNamespace(
      String namespace,
      String state,
      long recordFormat,
      List<String> commitFormats,
      Optional<String> fault) {}

  /**
   * Reads the formats.
   *
   * @throws BackupException if there is no store
   */
  public static StoreForm of(StoredStreams store) {
    if (store.storeId().isEmpty()) {
      throw new BackupException("this NATS has no store of Aether");
    }
    return new StoreForm(
        store.natsVersion(),
        store.storedForms().stream()
            .map(
                form ->
                    new OfNamespace(
                        form.namespace(),
                        form.state(),
                        form.recordFormat(),
                        form.commitFormat(),
                        form.fault()))
            .toList());
  }

  /** Whether this version can read and write all of it. */
  public boolean isSupported() {
    return namespaces.stream().allMatch(namespace -> namespace.fault().isEmpty());
  }
}
