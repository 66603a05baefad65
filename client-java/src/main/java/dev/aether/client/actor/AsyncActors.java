package dev.aether.client.actor;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.aether.client.AetherException;
import dev.aether.client.AsyncAetherClient;
import dev.aether.client.LoadOptions;
import dev.aether.client.Saved;
import dev.aether.client.internal.calls.Futures;
import dev.aether.client.retry.AsyncRetryingSaver;
import dev.aether.client.retry.Attempt;
import dev.aether.client.retry.Conflict;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Same as {@link Actors}, without blocking: events are applied and commands decided on the client's
 * executor, the first time also in the calling thread. Cancelling a future stops the command: no
 * further attempt is made, and the current one may or may not be stored.
 */
public final class AsyncActors<S, E> {
  private final AsyncAetherClient client;
  private final ActorsConfig<S, E> config;
  private final AsyncRetryingSaver saver;

  AsyncActors(AsyncAetherClient client, ActorsConfig<S, E> config) {
    this.client = client;
    this.config = config;
    this.saver = AsyncRetryingSaver.of(client, config.policy(), config.settings());
  }

  /** Same as {@link Actors#load}. */
  public CompletableFuture<Loaded<S>> load(String actorId) {
    return Futures.then(read(actorId), this::remembered);
  }

  /** Same as {@link Actors#handle(String, Function)}. */
  public CompletableFuture<Handled<S, E>> handle(
      String actorId, Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, EventContext.none(), decide);
  }

  /** Same as {@link Actors#handle(String, EventContext, Function)}. */
  public CompletableFuture<Handled<S, E>> handle(
      String actorId,
      EventContext context,
      Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, context, (state, attempt) -> decide.apply(state));
  }

  /** Same as {@link Actors#handle(String, EventContext, BiFunction)}. */
  public CompletableFuture<Handled<S, E>> handle(
      String actorId,
      EventContext context,
      BiFunction<? super S, ? super Attempt, ? extends List<? extends E>> decide) {
    CommandExecution<S, E> execution = new CommandExecution<>(config.type(), context, decide);
    CompletableFuture<Handled<S, E>> handled =
        Futures.then(
            saveChecked(actorId, execution),
            saved -> completedFuture(config.end(execution, saved)));
    CompletableFuture<Handled<S, E>> result =
        Futures.after(
            handled,
            () -> {
              // Before a caller that sees the failure handles the next command.
              if (Futures.failure(handled) instanceof AetherException) {
                config.cache().forget(actorId);
              }
              return handled;
            });
    CompletableFuture<?> forgetting =
        result.whenComplete(
            (done, thrown) -> {
              if (thrown instanceof CancellationException) {
                config.cache().forget(actorId);
              }
            });
    return result;
  }

  /** Decides once more on the stored state if the decision on a cached state is not reliable. */
  private CompletableFuture<Optional<Saved>> saveChecked(
      String actorId, CommandExecution<S, E> execution) {
    CompletableFuture<Optional<Saved>> first = save(actorId, execution);
    return Futures.after(
        first,
        () -> {
          if (!execution.isUnsure()) {
            return first;
          }
          execution.distrustCache();
          return save(actorId, execution);
        });
  }

  private CompletableFuture<Optional<Saved>> save(
      String actorId, CommandExecution<S, E> execution) {
    return saver.saveWith(
        actorId,
        conflict ->
            Futures.then(
                latest(actorId, execution, conflict),
                actor -> completedFuture(execution.know(actor))),
        attempt -> completedFuture(execution.decide(attempt)));
  }

  private CompletableFuture<Loaded<S>> latest(
      String actorId, CommandExecution<S, E> execution, Optional<Conflict> conflict) {
    if (conflict.isPresent()) {
      execution.isRead();
      return after(conflict.get(), execution.actor());
    }
    Loaded<S> cached = execution.cached(config.cache(), actorId);
    return cached == null ? load(actorId) : completedFuture(cached);
  }

  private CompletableFuture<Loaded<S>> after(Conflict conflict, Loaded<S> known) {
    if (ActorsConfig.isOther(known, conflict)) {
      return load(known.actorId());
    }
    Fold<S, E> fold = new Fold<>(config.type(), known);
    return fold.take(conflict)
        ? remembered(fold.result())
        : Futures.then(rest(known.actorId(), fold), this::remembered);
  }

  private CompletableFuture<Loaded<S>> remembered(Loaded<S> actor) {
    config.cache().put(actor);
    return completedFuture(actor);
  }

  private CompletableFuture<Loaded<S>> read(String actorId) {
    ActorRebuild<S, E> rebuild = new ActorRebuild<>(config, actorId);
    LoadOptions options = LoadOptions.defaults().withSettings(config.settings().call());
    return Futures.then(
        DrainSubscriber.of(client.loadActor(actorId, options), rebuild::take),
        done -> {
          Loaded<S> loaded = rebuild.result();
          return loaded == null
              ? rest(actorId, config.fromNothing(actorId))
              : completedFuture(loaded);
        });
  }

  private CompletableFuture<Loaded<S>> rest(String actorId, Fold<S, E> fold) {
    return Futures.then(
        DrainSubscriber.of(client.events(actorId, config.after(fold.version())), fold::take),
        done -> completedFuture(fold.result()));
  }
}
