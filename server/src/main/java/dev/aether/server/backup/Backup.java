package dev.aether.server.backup;

import com.google.protobuf.Timestamp;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.StoredStreams;
import dev.aether.server.store.jetstream.StoredStreams.Registered;
import dev.aether.server.store.jetstream.StreamState;
import dev.aether.server.wire.BackupManifest;
import dev.aether.server.wire.BackupNamespace;
import dev.aether.server.wire.BackupStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes a backup of a store that may be in use.
 *
 * <p>Of each namespace, the snapshots are copied first and then the log, so that no snapshot of an
 * actor is ahead of the events in the backup. A log is copied up to a point during the backup and
 * has no gap before it. Different namespaces are copied one after another, so up to different
 * points. The registry is not copied as a stream: the backup has the records of the namespaces that
 * it contains, and no others.
 *
 * <p>Blocks. For one thread.
 */
public final class Backup {
  /**
   * How often snapshots are copied if others are saved meanwhile. Each copy takes as long as the
   * first, and under a load of snapshots none may be without a gap.
   */
  static final int MAX_SNAPSHOT_COPIES = 3;

  private final StoredStreams store;
  private final String aetherVersion;
  private final InstantSource clock;
  private final Consumer<String> warnings;

  /**
   * Creates a backup of a store.
   *
   * @param warnings takes a line about each thing that an operator should know
   */
  public Backup(
      StoredStreams store, String aetherVersion, InstantSource clock, Consumer<String> warnings) {
    this.store = store;
    this.aetherVersion = aetherVersion;
    this.clock = clock;
    this.warnings = warnings;
  }

  /**
   * Copies the matching namespaces into a new folder. If this fails, the folder does not exist.
   *
   * @param copied is told of each namespace when it is complete
   * @throws BackupException if no namespace matches, or the folder cannot be written
   */
  public BackupManifest run(Path folder, NamePattern namespaces, Consumer<BackupNamespace> copied) {
    long storeId =
        store.storeId().orElseThrow(() -> new BackupException("this NATS has no store of Aether"));
    List<Registered> chosen =
        store.registered().stream()
            .filter(Registered::isActive)
            .filter(namespace -> namespaces.matches(namespace.namespace()))
            .toList();
    if (chosen.isEmpty()) {
      throw new BackupException("no namespace matches " + namespaces.text());
    }
    BackupManifest.Builder manifest =
        BackupManifest.newBuilder()
            .setFormat(BackupFolder.FORMAT)
            .setAetherVersion(aetherVersion)
            .setStoredForm(BackupFolder.STORED_FORM)
            .setNatsVersion(store.natsVersion())
            .setStoreId(HexFormat.of().toHexDigits(storeId))
            .setRegistryReplicas(store.registryReplicas())
            .setStartedAt(timestamp(clock.instant()));
    try (BackupDraft draft = BackupDraft.begin(folder)) {
      for (Registered namespace : chosen) {
        copy(namespace, draft)
            .ifPresent(
                copy -> {
                  manifest.addNamespaces(copy);
                  copied.accept(copy);
                });
      }
      BackupManifest complete = manifest.setCompletedAt(timestamp(clock.instant())).build();
      draft.complete(complete);
      return complete;
    } catch (IOException e) {
      throw new BackupException(
          "the backup cannot be written: "
              + BackupFolder.reason(e)
              + BackupDraft.left(folder)
                  .map(left -> "; delete " + left)
                  .orElse("; nothing was kept"),
          e);
    }
  }

  /** Copies a namespace; empty if it was deleted meanwhile. */
  private Optional<BackupNamespace> copy(Registered namespace, BackupDraft draft)
      throws IOException {
    BackupNamespace.Builder copy =
        BackupNamespace.newBuilder()
            .setNamespace(namespace.namespace())
            .setRecord(namespace.record());
    for (String stream : namespace.streams()) {
      boolean exists = store.find(stream).isPresent();
      if (exists) {
        try {
          copy.addStreams(
              namespace.isLog(stream)
                  ? copy(stream, draft)
                  : copySnapshots(namespace, stream, draft));
          continue;
        } catch (StoreException e) {
          if (!isDeleted(namespace, e)) {
            throw e;
          }
        }
      } else if (!namespace.isLog(stream)) {
        continue; // No snapshot was saved yet.
      } else if (isCurrent(namespace)) {
        throw new BackupException(
            "the log of namespace "
                + namespace.namespace()
                + " is lost: the stream "
                + stream
                + " does not exist");
      }
      for (BackupStream taken : copy.getStreamsList()) {
        draft.remove(taken.getFile());
      }
      draft.remove(file(stream));
      warnings.accept(
          "namespace " + namespace.namespace() + " was deleted meanwhile and is not in the backup");
      return Optional.empty();
    }
    return Optional.of(copy.build());
  }

  /** Whether a copy failed because the namespace was deleted meanwhile. */
  private boolean isDeleted(Registered namespace, StoreException why) {
    try {
      return store.isConnected() && !isCurrent(namespace);
    } catch (StoreException e) {
      why.addSuppressed(e);
      return false;
    }
  }

  private boolean isCurrent(Registered namespace) {
    return store.registered().stream()
        .anyMatch(now -> now.isActive() && now.incarnation().equals(namespace.incarnation()));
  }

  private static String file(String stream) {
    return stream + ".snapshot";
  }

  /**
   * Copies snapshots, again if others were saved meanwhile. nats-server copies what it has up to
   * the last sequence at the beginning (2.15.3). So a snapshot that is replaced before its turn
   * comes is not in the copy, neither as it was nor as it is.
   */
  private BackupStream copySnapshots(Registered namespace, String stream, BackupDraft draft)
      throws IOException {
    for (int copies = 1; ; copies++) {
      BackupStream taken = copy(stream, draft);
      long saved =
          store
              .find(stream)
              .map(now -> now.lastSequence() - taken.getLastSequence())
              .orElse(0L); // The namespace was deleted, which its log will tell.
      if (saved <= 0) {
        return taken;
      }
      if (copies == MAX_SNAPSHOT_COPIES) {
        warnings.accept(
            String.format(
                Locale.ROOT,
                "snapshots of namespace %s were saved during each of %d attempts to copy them: up to"
                    + " %d that were replaced are missing from the backup, and their actors have to"
                    + " be read from their events",
                namespace.namespace(),
                copies,
                saved));
        return taken;
      }
      draft.remove(taken.getFile());
    }
  }

  private BackupStream copy(String stream, BackupDraft draft) throws IOException {
    StreamState taken = draft.add(file(stream), out -> store.take(stream, out));
    return BackupStream.newBuilder()
        .setStream(stream)
        .setFile(file(stream))
        .setConfig(taken.config())
        .setMessages(taken.messages())
        .setBytes(taken.bytes())
        .setFirstSequence(taken.firstSequence())
        .setLastSequence(taken.lastSequence())
        .build();
  }

  private static Timestamp timestamp(Instant at) {
    return Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()).build();
  }
}
