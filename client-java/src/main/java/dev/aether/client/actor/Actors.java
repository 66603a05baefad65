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
 * Handles commands to actors of one kind: loads the actor, asks for a decision on its state, and
 * saves what is decided on the version that it was decided on. After a conflict the state takes in
 * what it missed, and the decision is asked for again, as often as the policy allows: at most one
 * call more than the save itself, since a conflict brings the missed events along as far as they
 * fit, and else one call reads them.
 *
 * <p>The state of {@link Handled} and of the cache is folded from the events as they were decided,
 * not as the codec would read them: a codec must give back what it was given.
 *
 * <p>For any number of threads; the caller's thread reads, decides, saves and waits. Besides what
 * {@link AetherClient} throws: what {@link RetryingSaver} does when it gives up, what the codec and
 * the decision throw, and {@link IllegalStateException} for a history with a gap. An {@link
 * dev.aether.client.OutcomeUnknownException} reaches the caller, as the events may be stored:
 * nothing is decided again.
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
   * Actors of a kind, in the client's namespace, without a cache. The client stays the caller's to
   * close.
   */
  public static <S, E> Actors<S, E> of(
      AetherClient client, ActorType<S, E> type, RetryPolicy policy) {
    return new Actors<>(
        client, new ActorsConfig<>(type, policy, new SnapshotSaver(client.async())));
  }

  /**
   * These actors with other settings, such as a namespace, or commits named after the command that
   * is handled: {@code with(now -> now.withCommitIds(attempt -> id + "." +
   * attempt.latestVersion()))}. Cheap enough for each command. What was cached stays, so change the
   * namespace first.
   */
  public Actors<S, E> with(UnaryOperator<SaveSettings> change) {
    return new Actors<>(client, config.with(change.apply(config.settings())));
  }

  /**
   * These actors with a cache of the states used last, which {@link #handle} builds on without
   * reading. A state that is old meanwhile costs a conflict; what is refused on it, or where
   * nothing is decided, is decided once more on what is stored. Only a namespace that is deleted
   * and made anew makes it wrong: then make new actors, too.
   *
   * @param maxActors how many are kept; 0: none
   */
  public Actors<S, E> withCache(int maxActors) {
    if (maxActors < 0) {
      throw new IllegalArgumentException("maxActors " + maxActors + " is negative");
    }
    return new Actors<>(client, config.with(new StateCache<>(maxActors)));
  }

  /** These actors with another listener than {@link ActorsListener#logging()}. */
  public Actors<S, E> withListener(ActorsListener listener) {
    return new Actors<>(client, config.with(listener));
  }

  /** The same actors, the same cache, with methods that do not wait. */
  public AsyncActors<S, E> async() {
    return new AsyncActors<>(client.async(), config);
  }

  /**
   * The actor as it is stored now, whatever is cached: in one call, or two where its snapshot can't
   * be used.
   */
  public Loaded<S> load(String actorId) {
    Loaded<S> loaded = read(actorId);
    config.cache().put(loaded);
    return loaded;
  }

  /**
   * Handles a command.
   *
   * @param decide the events that follow on a state; none: there is nothing to save. Asked once for
   *     each attempt, and once more where it refused or decided nothing on a cached state
   */
  public Handled<S, E> handle(
      String actorId, Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, EventContext.none(), decide);
  }

  /**
   * As {@link #handle(String, Function)}.
   *
   * @param context what is said of each event
   */
  public Handled<S, E> handle(
      String actorId,
      EventContext context,
      Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, context, (state, attempt) -> decide.apply(state));
  }

  /**
   * As {@link #handle(String, EventContext, Function)}.
   *
   * @param decide sees the version, too, and after a conflict what it was
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

  /** What a cached state refuses is decided once more, on what is stored. */
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
