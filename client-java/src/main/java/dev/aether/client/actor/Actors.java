package dev.aether.client.actor;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Event;
import dev.aether.client.LoadOptions;
import dev.aether.client.LoadedActor;
import dev.aether.client.Saved;
import dev.aether.client.retry.Attempt;
import dev.aether.client.retry.Conflict;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.client.retry.RetryingSaver;
import dev.aether.client.retry.SaveSettings;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Handles commands to actors of one type: loads the actor, asks for a decision on its state, and
 * saves the decided events at the version on which they were decided. After a conflict it applies
 * the missed events to the state and asks for the decision again, as often as the policy allows.
 * This takes at most one call besides the save itself, because a conflict contains the missed
 * events if they fit, and otherwise one call reads them.
 *
 * <p>The state of {@link Handled} and in the cache is computed from the decided events themselves,
 * not from their stored form. Therefore a codec must decode an event to one equal to the encoded
 * one.
 *
 * <p>Safe for use by many threads; the caller's thread reads, decides, saves and waits. Besides the
 * exceptions of {@link AetherClient}, it throws those of {@link RetryingSaver} when it gives up,
 * those of the codec and of the decision, and {@link IllegalStateException} if a history has a gap.
 * It passes {@link dev.aether.client.OutcomeUnknownException} to the caller without deciding again,
 * because the events may be stored.
 */
public final class Actors<S, E> {
  private final AetherClient client;
  private final ActorsConfig<S, E> config;
  private final RetryingSaver saver;

  private Actors(AetherClient client, ActorsConfig<S, E> config) {
    this.client = client;
    this.config = config;
    this.saver = RetryingSaver.of(client, config.policy(), config.settings());
  }

  /**
   * Creates actors of a type in the client's namespace, without a cache. The caller closes the
   * client.
   */
  public static <S, E> Actors<S, E> of(
      AetherClient client, ActorType<S, E> type, RetryPolicy policy) {
    return new Actors<>(
        client, new ActorsConfig<>(type, policy, new SnapshotSaver(client.async())));
  }

  /**
   * Returns these actors with other settings, for example with another namespace or with commit ids
   * derived from the command: {@code with(now -> now.withCommitIds(attempt -> id + "." +
   * attempt.latestVersion()))}. It is cheap enough to do for each command. The cache is shared
   * unless the namespace changes.
   */
  public Actors<S, E> with(UnaryOperator<SaveSettings> change) {
    return new Actors<>(client, config.with(change.apply(config.settings())));
  }

  /**
   * Returns these actors with a cache of the most recently used states, from which {@link #handle}
   * starts without reading. A stale state costs a conflict. If a decision throws or decides nothing
   * on a cached state, it is made again on the stored one. The cache is wrong only after a
   * namespace is deleted and recreated: then create new actors, too.
   *
   * @param maxActors maximum number of cached actors; 0 for no cache
   */
  public Actors<S, E> withCache(int maxActors) {
    if (maxActors < 0) {
      throw new IllegalArgumentException("maxActors " + maxActors + " is negative");
    }
    return new Actors<>(client, config.with(new StateCache<>(maxActors)));
  }

  /** Returns these actors with another listener than {@link ActorsListener#logging()}. */
  public Actors<S, E> withListener(ActorsListener listener) {
    return new Actors<>(client, config.with(listener));
  }

  /** The non-blocking form of these actors, with the same cache. */
  public AsyncActors<S, E> async() {
    return new AsyncActors<>(client.async(), config);
  }

  /**
   * Loads the actor from the store, regardless of the cache: in one call, or two if its snapshot
   * cannot be used.
   */
  public Loaded<S> load(String actorId) {
    Loaded<S> loaded = read(actorId);
    config.cache().put(loaded);
    return loaded;
  }

  /**
   * Handles a command.
   *
   * @param decide returns the events that follow from a state; none if there is nothing to save. It
   *     is called once for each attempt, and once more if it threw or decided nothing on a cached
   *     state
   */
  public Handled<S, E> handle(
      String actorId, Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, EventContext.none(), decide);
  }

  /**
   * Same as {@link #handle(String, Function)}.
   *
   * @param context metadata for each event
   */
  public Handled<S, E> handle(
      String actorId,
      EventContext context,
      Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, context, (state, attempt) -> decide.apply(state));
  }

  /**
   * Same as {@link #handle(String, EventContext, Function)}.
   *
   * @param decide also receives the version and, after a conflict, the conflict
   */
  public Handled<S, E> handle(
      String actorId,
      EventContext context,
      BiFunction<? super S, ? super Attempt, ? extends List<? extends E>> decide) {
    CommandExecution<S, E> execution = new CommandExecution<>(config.type(), context, decide);
    try {
      return config.end(execution, saveChecked(actorId, execution));
    } catch (AetherException e) {
      config.cache().forget(actorId);
      throw e;
    }
  }

  /** Decides once more on the stored state if the decision on a cached state is not reliable. */
  private Optional<Saved> saveChecked(String actorId, CommandExecution<S, E> execution) {
    try {
      Optional<Saved> saved = save(actorId, execution);
      if (!execution.isUnsure()) {
        return saved;
      }
    } catch (RuntimeException | Error refused) {
      if (!execution.isUnsure()) {
        throw refused;
      }
    }
    execution.distrustCache();
    return save(actorId, execution);
  }

  private Optional<Saved> save(String actorId, CommandExecution<S, E> execution) {
    return saver.save(
        actorId,
        conflict -> execution.know(latest(actorId, execution, conflict)),
        execution::decide);
  }

  private Loaded<S> latest(
      String actorId, CommandExecution<S, E> execution, Optional<Conflict> conflict) {
    if (conflict.isPresent()) {
      execution.isRead();
      return after(conflict.get(), execution.actor());
    }
    Loaded<S> cached = execution.cached(config.cache(), actorId);
    return cached == null ? load(actorId) : cached;
  }

  private Loaded<S> after(Conflict conflict, Loaded<S> known) {
    if (ActorsConfig.isOther(known, conflict)) {
      return load(known.actorId());
    }
    Fold<S, E> fold = new Fold<>(config.type(), known);
    Loaded<S> now = fold.take(conflict) ? fold.result() : rest(known.actorId(), fold);
    config.cache().put(now);
    return now;
  }

  private Loaded<S> read(String actorId) {
    try (LoadedActor parts =
        client.loadActor(actorId, LoadOptions.defaults().withSettings(config.settings().call()))) {
      Fold<S, E> fold =
          parts.snapshot().isPresent()
              ? config.from(parts.snapshot().get())
              : config.fromNothing(actorId);
      if (fold != null) {
        parts.events().forEach(fold::take);
        return fold.result();
      }
    }
    return rest(actorId, config.fromNothing(actorId));
  }

  private Loaded<S> rest(String actorId, Fold<S, E> fold) {
    try (Stream<Event> events = client.events(actorId, config.after(fold.version()))) {
      events.forEach(fold::take);
    }
    return fold.result();
  }
}
