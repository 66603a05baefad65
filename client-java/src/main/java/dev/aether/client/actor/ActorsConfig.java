package dev.aether.client.actor;

import dev.aether.client.ReadOptions;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.client.retry.Conflict;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.client.retry.SaveSettings;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of {@link Actors} and {@link AsyncActors}, and the operations they share.
 *
 * @param type the type of actor
 * @param policy decides what to do after a conflict
 * @param settings settings of the saves
 * @param cache states from which commands start without reading
 * @param snapshots saves snapshots
 * @param listener is told about failures that do not make commands fail
 */
record ActorsConfig<S, E>(
    ActorType<S, E> type,
    RetryPolicy policy,
    SaveSettings settings,
    StateCache<S> cache,
    SnapshotSaver snapshots,
    ActorsListener listener) {
  /** Number of missed events that each save requests; more would hardly fit into a conflict. */
  private static final int MAX_MISSED_EVENTS = 64;

  ActorsConfig(ActorType<S, E> type, RetryPolicy policy, SnapshotSaver snapshots) {
    this(
        type,
        policy,
        SaveSettings.defaults().withMaxMissedEvents(MAX_MISSED_EVENTS),
        new StateCache<>(0),
        snapshots,
        ActorsListener.logging());
  }

  /** Drops the cache if the namespace changes, because the same id is another actor there. */
  ActorsConfig<S, E> with(SaveSettings changed) {
    boolean same = Objects.equals(changed.call().namespace(), settings.call().namespace());
    StateCache<S> known = same ? cache : cache.emptyLikeThis();
    return new ActorsConfig<>(type, policy, changed, known, snapshots, listener);
  }

  ActorsConfig<S, E> with(StateCache<S> changed) {
    return new ActorsConfig<>(type, policy, settings, changed, snapshots, listener);
  }

  ActorsConfig<S, E> with(ActorsListener changed) {
    return new ActorsConfig<>(type, policy, settings, cache, snapshots, new SafeListener(changed));
  }

  /** Starts from the initial state. */
  Fold<S, E> fromNothing(String actorId) {
    return new Fold<>(type, new Loaded<>(actorId, type.initial(), 0));
  }

  /** Starts from a snapshot; returns null, after telling the listener, if it cannot be used. */
  @Nullable Fold<S, E> from(Snapshot snapshot) {
    try {
      return new Fold<>(
          type, new Loaded<>(snapshot.actorId(), stateOf(snapshot), snapshot.version()));
    } catch (RuntimeException e) {
      listener.onSnapshotUnreadable(snapshot, e);
      return null;
    }
  }

  private S stateOf(Snapshot snapshot) {
    ActorType.Snapshots<S> kept = type.snapshots();
    if (kept == null) {
      throw new CodecException("this type of actor has no snapshots", null);
    }
    if (!snapshot.contentType().equals(kept.codec().contentType())) {
      throw new CodecException(
          String.format(
              Locale.ROOT,
              "the snapshot's content type is %s, expected %s",
              snapshot.contentType(),
              kept.codec().contentType()),
          null);
    }
    return kept.codec().decode(snapshot.state());
  }

  /** Options to read the events after a version. */
  ReadOptions after(long version) {
    return new ReadOptions(version + 1, 0, 0, false, null, settings.call());
  }

  /** Returns true if the conflict reports another history than the one of the known state. */
  static boolean isOther(Loaded<?> known, Conflict conflict) {
    return conflict.currentVersion() < known.version();
  }

  /** Completes a command: updates the cache and saves a snapshot if one is due. */
  Handled<S, E> end(CommandExecution<S, E> execution, Optional<Saved> saved) {
    Handled<S, E> handled = execution.end(saved);
    Loaded<S> now = new Loaded<>(handled.actorId(), handled.state(), handled.version());
    cache.put(now);
    ActorType.Snapshots<S> kept = type.snapshots();
    if (kept != null && saved.isPresent()) {
      snapshots.saved(kept, execution.actor().version(), now, settings.call(), listener);
    }
    return handled;
  }
}
