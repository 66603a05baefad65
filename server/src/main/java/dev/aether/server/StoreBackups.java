package dev.aether.server;

import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.backup.Backup;
import dev.aether.server.backup.BackupException;
import dev.aether.server.backup.BackupFolder;
import dev.aether.server.backup.Restore;
import dev.aether.server.backup.StoreForm;
import dev.aether.server.embedded.FolderTree;
import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.NatsServerProcess;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.store.jetstream.StoredStreams;
import dev.aether.server.store.jetstream.StoredStreams.Purpose;
import dev.aether.server.wire.BackupManifest;
import dev.aether.server.wire.BackupNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a store for backups and restores: a NATS, or the data folder of a private nats-server. If a
 * node runs on the folder, its nats-server is used, and otherwise one is started for as long as the
 * command runs. All methods block.
 */
public final class StoreBackups {
  private static final Logger LOG = LoggerFactory.getLogger(StoreBackups.class);

  /** How long to wait for JetStream in a private nats-server, which is already running. */
  private static final Duration EMBEDDED_WAIT = Duration.ofSeconds(60);

  private final StoreChoice choice;

  /**
   * Creates the access to a store.
   *
   * @throws IllegalArgumentException if it is in memory
   */
  public StoreBackups(StoreChoice choice) {
    if (!(choice instanceof StoreChoice.Embedded) && !(choice instanceof StoreChoice.Nats)) {
      throw new IllegalArgumentException("a store in memory has no backups");
    }
    this.choice = choice;
  }

  /** What is done with an opened store. */
  private interface Work<T> {
    T with(StoredStreams store);
  }

  /**
   * Copies the matching namespaces into a new folder.
   *
   * @param copied is told of each namespace when it is complete
   * @param warnings takes a line about each thing that an operator should know
   * @throws dev.aether.server.backup.BackupException if the folder cannot be written, or nothing
   *     matches
   * @throws dev.aether.server.event.StoreException if NATS cannot be used
   * @throws dev.aether.server.embedded.EmbeddedNatsException if the private nats-server cannot be
   *     run
   */
  public BackupManifest backup(
      Path folder,
      NamePattern namespaces,
      Consumer<BackupNamespace> copied,
      Consumer<String> warnings) {
    return with(
        Purpose.BACKUP,
        store ->
            new Backup(store, AetherServer.version(), InstantSource.system(), warnings)
                .run(folder, namespaces, copied));
  }

  /**
   * Restores the matching namespaces of a backup.
   *
   * @param replicas of all streams; empty for as many as they had
   * @param dryRun whether only to check what would be done
   * @param restored is told of each namespace when its streams are there
   * @return what was done, or would be done
   * @throws dev.aether.server.backup.BackupException if the backup does not fit the store
   * @throws dev.aether.server.event.StoreException if NATS cannot be used
   * @throws dev.aether.server.embedded.EmbeddedNatsException if the private nats-server cannot be
   *     run
   */
  public List<Restore.Step> restore(
      BackupFolder backup,
      NamePattern namespaces,
      Optional<Integer> replicas,
      boolean dryRun,
      Consumer<BackupNamespace> restored) {
    Work<List<Restore.Step>> work =
        store -> {
          Restore restore = new Restore(backup, store, replicas);
          List<Restore.Step> plan = restore.plan(namespaces);
          if (!dryRun) {
            restore.run(plan, restored);
          }
          return plan;
        };
    return dryRun && choice instanceof StoreChoice.Embedded embedded && isNew(embedded.data())
        ? withEmptyStore(embedded, work)
        : with(Purpose.RESTORE, work);
  }

  private static boolean isNew(Path data) {
    return !Files.exists(data) || (Files.isDirectory(data) && !hasStore(data));
  }

  private static boolean hasStore(Path data) {
    return Files.isDirectory(data.resolve("nats"));
  }

  /** In a temporary folder, since a dry run creates nothing in the one of the node. */
  private static <T> T withEmptyStore(StoreChoice.Embedded embedded, Work<T> work) {
    try {
      Path temporary = Files.createTempDirectory("aether-dry-run-");
      try {
        return withOwnServer(
            Purpose.RESTORE, new StoreChoice.Embedded(temporary, embedded.natsServer()), work);
      } finally {
        deleteIfPossible(temporary);
      }
    } catch (IOException e) {
      throw new BackupException("a dry run needs a temporary folder: " + e.getMessage(), e);
    }
  }

  /** A folder that is left behind must not hide what a dry run has found. */
  private static void deleteIfPossible(Path temporary) {
    try {
      FolderTree.delete(temporary);
    } catch (IOException e) {
      LOG.warn("{} could not be deleted", temporary, e);
    }
  }

  /** In which format the store is, and whether this version can use it. Changes nothing. */
  public StoreForm form() {
    return with(Purpose.CHECK, StoreForm::of);
  }

  private <T> T with(Purpose purpose, Work<T> work) {
    if (choice instanceof StoreChoice.Nats nats) {
      return with(purpose, nats.urls(), nats.access(), nats.patience(), work);
    }
    StoreChoice.Embedded embedded = (StoreChoice.Embedded) choice;
    Optional<String> running = NatsServerProcess.runningUrl(embedded.data());
    if (running.isPresent()) {
      return with(purpose, List.of(running.get()), NatsAccess.BY_URL, EMBEDDED_WAIT, work);
    }
    requireData(purpose, embedded.data());
    return withOwnServer(purpose, embedded, work);
  }

  private static <T> T withOwnServer(Purpose purpose, StoreChoice.Embedded embedded, Work<T> work) {
    NatsServerBinary binary = NatsServerBinary.find(embedded.natsServer());
    try (NatsServerProcess own = NatsServerProcess.start(binary, embedded.data())) {
      return with(purpose, List.of(own.url()), NatsAccess.BY_URL, EMBEDDED_WAIT, work);
    }
  }

  /** A mistyped folder must not look like an empty store, and is not created. */
  private static void requireData(Purpose purpose, Path data) {
    if (purpose != Purpose.RESTORE && !hasStore(data)) {
      throw StoreException.storeUnavailable("the folder " + data + " has no data of a node");
    }
  }

  private static <T> T with(
      Purpose purpose, List<String> urls, NatsAccess access, Duration within, Work<T> work) {
    try (StoredStreams store = StoredStreams.open(purpose, urls, access, within)) {
      return work.with(store);
    }
  }
}
