package dev.aether.server.backup;

import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsServerVersion;
import dev.aether.server.store.jetstream.StoredStreams;
import dev.aether.server.store.jetstream.StoredStreams.Found;
import dev.aether.server.store.jetstream.StoredStreams.Registered;
import dev.aether.server.store.jetstream.StreamState;
import dev.aether.server.wire.BackupNamespace;
import dev.aether.server.wire.BackupStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Restores namespaces of a backup. First everything is checked, then all streams are made, then the
 * registry gets their records. So no node sees a namespace before all of it is there. The streams
 * note in their metadata which backup they came from: if a restore was interrupted, the next one
 * keeps the streams that are whole, and makes the others again.
 *
 * <p>Nothing that exists is overwritten. The store gets the identity of the one that was backed up,
 * and its namespaces the same incarnations and positions, so cursors stay valid.
 *
 * <p>Blocks. For one thread.
 */
public final class Restore {
  private final BackupFolder backup;
  private final StoredStreams store;
  private final Optional<Integer> replicas;

  /**
   * Creates a restore of a backup into a NATS.
   *
   * @param replicas of all streams; empty for as many as they had
   */
  public Restore(BackupFolder backup, StoredStreams store, Optional<Integer> replicas) {
    this.backup = backup;
    this.store = store;
    this.replicas = replicas;
  }

  /**
   * What is done about a namespace.
   *
   * @param replaced the registry's record that a restore replaces; 0 for none
   */
  public record Step(BackupNamespace copy, Kind kind, long replaced) {
    /** Whether there is anything to do. */
    public enum Kind {
      /** It is restored. */
      RESTORE,
      /** An earlier run has restored it from this backup, and nothing was saved to it since. */
      ALREADY_RESTORED
    }
  }

  /**
   * What a restore would do. Writes nothing.
   *
   * @throws BackupException if the namespaces cannot be restored into this NATS
   */
  public List<Step> plan(NamePattern namespaces) {
    checkVersion();
    Optional<Long> storeId = store.storeId();
    if (storeId.isPresent() && storeId.get() != backedUpId()) {
      throw new BackupException(
          "this NATS has another store of Aether already, and cursors of the backup would not be"
              + " valid there. Restore before a node is started; or stop all nodes of that store and"
              + " delete its streams, AETHER-*, if they are not needed");
    }
    Map<String, Registered> registered =
        store.registered().stream()
            .collect(Collectors.toMap(Registered::namespace, Function.identity()));
    List<Step> steps = new ArrayList<>();
    List<String> inTheWay = new ArrayList<>();
    for (BackupNamespace copy : backup.manifest().getNamespacesList()) {
      if (namespaces.matches(copy.getNamespace())) {
        step(copy, Optional.ofNullable(registered.get(copy.getNamespace())))
            .ifPresentOrElse(steps::add, () -> inTheWay.add(copy.getNamespace()));
      }
    }
    if (!inTheWay.isEmpty()) {
      throw new BackupException(refusal(inTheWay, steps));
    }
    if (steps.isEmpty()) {
      throw new BackupException("no namespace of the backup matches " + namespaces.text());
    }
    checkReplicas(steps, storeId.isEmpty());
    return steps;
  }

  private static String refusal(List<String> inTheWay, List<Step> others) {
    String first = inTheWay.get(0);
    int more = inTheWay.size() - 1;
    return "namespace "
        + first
        + " exists already"
        + (more == 0 ? "" : " (and " + more + " more)")
        + ", and a restore overwrites nothing. To get the backup's "
        + first
        + ", first delete the one that exists"
        + (others.isEmpty()
            ? ""
            : "; to keep it, restore the others by their names, such as "
                + others.get(0).copy().getNamespace());
  }

  private void checkReplicas(List<Step> steps, boolean isRegistryNeeded) {
    int most =
        steps.stream()
            .filter(step -> step.kind() == Step.Kind.RESTORE)
            .mapToInt(step -> replicas(step.copy()))
            .max()
            .orElse(1);
    if (isRegistryNeeded) {
      most = Math.max(most, registryReplicas());
    }
    if (most > 1 && !store.isClustered()) {
      throw new BackupException(
          "this NATS is a single server and cannot have "
              + most
              + " replicas of a stream: use --replicas 1");
    }
  }

  /** nats-server 2.15 writes snapshots that 2.14 cannot read. */
  private void checkVersion() {
    NatsServerVersion here = version(store.natsVersion());
    NatsServerVersion there = version(backup.manifest().getNatsVersion());
    if (here.major() < there.major()
        || (here.major() == there.major() && here.minor() < there.minor())) {
      throw new BackupException(
          "the backup was made by nats-server "
              + there
              + ", and this one, "
              + here
              + ", is older and may not be able to read it");
    }
  }

  private static NatsServerVersion version(String text) {
    return NatsServerVersion.parse(text)
        .orElseThrow(() -> new BackupException("'" + text + "' is not a version of nats-server"));
  }

  private long backedUpId() {
    return HexFormat.fromHexDigitsToLong(backup.manifest().getStoreId());
  }

  /** Empty if the namespace exists, and is not as the backup has it. */
  private Optional<Step> step(BackupNamespace copy, Optional<Registered> registered) {
    if (registered.isPresent() && !registered.get().isDeleted()) {
      boolean isRestored =
          registered.get().isActive()
              && registered.get().incarnation().equals(record(copy).incarnation())
              && copy.getStreamsList().stream().allMatch(each -> isExactlyRestored(copy, each));
      return isRestored
          ? Optional.of(new Step(copy, Step.Kind.ALREADY_RESTORED, 0))
          : Optional.empty();
    }
    for (BackupStream stream : copy.getStreamsList()) {
      Optional<Found> found = store.find(stream.getStream());
      if (found.isPresent() && !isOfThisBackup(found.get())) {
        throw new BackupException(
            "the stream "
                + stream.getStream()
                + " exists already, and no namespace uses it. Delete it if it is not needed");
      }
    }
    return Optional.of(
        new Step(copy, Step.Kind.RESTORE, registered.map(Registered::revision).orElse(0L)));
  }

  private static Registered record(BackupNamespace copy) {
    return StoredStreams.registered(copy.getNamespace(), copy.getRecord());
  }

  private boolean isExactlyRestored(BackupNamespace copy, BackupStream stream) {
    return store
        .find(stream.getStream())
        .filter(
            found ->
                isOfThisBackup(found)
                    && isWhole(copy, stream, found.lastSequence(), found.messages()))
        .filter(found -> found.lastSequence() == stream.getLastSequence())
        .isPresent();
  }

  private boolean isOfThisBackup(Found found) {
    return found.restoredFrom().equals(Optional.of(backup.id()));
  }

  /**
   * Whether a stream has all that its file has. nats-server gives it the last sequence at the end
   * (2.15.3). Snapshots may be fewer than when the copy began: those that were replaced before
   * their turn came are not in the file. nats-server 2.14 also copies messages that are stored
   * while it copies.
   */
  private static boolean isWhole(
      BackupNamespace copy, BackupStream stream, long lastSequence, long messages) {
    return lastSequence >= stream.getLastSequence()
        && (!record(copy).isLog(stream.getStream()) || messages >= stream.getMessages());
  }

  /**
   * Carries out a plan. If this fails, no namespace of it is visible to nodes, unless the failure
   * came while the registry was written; the streams that are whole are kept for the next run.
   *
   * @param restored is told of each namespace when all of its streams are there
   */
  public void run(List<Step> plan, Consumer<BackupNamespace> restored) {
    List<Step> toDo = plan.stream().filter(step -> step.kind() == Step.Kind.RESTORE).toList();
    for (Step step : toDo) {
      for (BackupStream stream : step.copy().getStreamsList()) {
        make(step.copy(), stream);
      }
      step.copy().getStreamsList().forEach(stream -> store.awaitReplicas(stream.getStream()));
      restored.accept(step.copy());
    }
    store.createRegistry(backedUpId(), registryReplicas());
    if (store.storeId().filter(id -> id == backedUpId()).isEmpty()) {
      throw new BackupException(
          "a node was started during the restore and made a new store: stop it, delete the stream"
              + " AETHER-REGISTRY, and run the same command again");
    }
    toDo.forEach(
        step -> store.register(record(step.copy()), replicas(step.copy()), step.replaced()));
  }

  private int registryReplicas() {
    return replicas.orElse(backup.manifest().getRegistryReplicas());
  }

  private int replicas(BackupNamespace copy) {
    return replicas.orElseGet(() -> record(copy).replicas());
  }

  private void make(BackupNamespace copy, BackupStream stream) {
    int count = replicas(copy);
    Optional<Found> found = store.find(stream.getStream());
    if (found.isPresent()) {
      if (isWhole(copy, stream, found.get().lastSequence(), found.get().messages())
          && found.get().replicas() == count) {
        return;
      }
      store.delete(stream.getStream()); // plan() has checked that it is an interrupted restore's.
    }
    StreamState taken =
        new StreamState(
            stream.getConfig(),
            stream.getMessages(),
            stream.getBytes(),
            stream.getFirstSequence(),
            stream.getLastSequence());
    try (InputStream in =
        new BufferedInputStream(
            Files.newInputStream(backup.path().resolve(stream.getFile())), 1 << 20)) {
      StreamState made = store.put(stream.getStream(), taken, count, backup.id(), in);
      if (!isWhole(copy, stream, made.lastSequence(), made.messages())) {
        throw new BackupException(
            String.format(
                Locale.ROOT,
                "stream %s has %d messages up to sequence %d after the restore instead of %d up to %d",
                stream.getStream(),
                made.messages(),
                made.lastSequence(),
                taken.messages(),
                taken.lastSequence()));
      }
    } catch (IOException e) {
      throw new BackupException("the backup cannot be read: " + BackupFolder.reason(e), e);
    } catch (StoreException | BackupException e) {
      deleteQuietly(stream.getStream(), e);
      throw e;
    }
  }

  /** The next run would do so too. */
  private void deleteQuietly(String stream, RuntimeException why) {
    try {
      store.delete(stream);
    } catch (StoreException e) {
      why.addSuppressed(e);
    }
  }
}
