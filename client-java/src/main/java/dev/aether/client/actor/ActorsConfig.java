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
 * What {@link Actors} and {@link AsyncActors} are made of, and what both do alike.
 *
 * @param type the kind of actor
 * @param policy what follows on a conflict
 * @param settings how saves are made
 * @param cache states to build on without reading
 * @param snapshots saves snapshots
 * @param listener hears of what goes wrong beside
 */
record ActorsConfig<S, E>(
    ActorType<S, E> type,
    RetryPolicy policy,
    SaveSettings settings,
    StateCache<S> cache,
    SnapshotSaver snapshots,
    ActorsListener listener) {
  /** Asked for with each save; more hardly fit a conflict. */
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

  /** The same actor id in another namespace is another actor, of which nothing is known yet. */
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

  /** To begin with the first event. */
  Fold<S, E> fromNothing(String actorId) {
    return new Fold<>(type, new Loaded<>(actorId, type.initial(), 0));
  }

  /** To begin with a snapshot; null: it can't be used, and the listener knows. */
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
      throw new CodecException("this kind of actor has no snapshots", null);
    }
    if (!snapshot.contentType().equals(kept.codec().contentType())) {
      throw new CodecException(
          String.format(
              Locale.ROOT, "it is %s, not %s", snapshot.contentType(), kept.codec().contentType()),
          null);
    }
    return kept.codec().decode(snapshot.state());
  }

  /** The events after a version. */
  ReadOptions after(long version) {
    return new ReadOptions(version + 1, 0, 0, false, null, settings.call());
  }

  /** Whether what was known before a conflict is no beginning of what the actor is now. */
  static boolean isOther(Loaded<?> known, Conflict conflict) {
    return conflict.currentVersion() < known.version();
  }

  /** A command has been handled. */
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
