package dev.aether.client.actor;

import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.aether.client.AetherException;
import dev.aether.client.AsyncAetherClient;
import dev.aether.client.LoadOptions;
import dev.aether.client.Saved;
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
 * As {@link Actors}, without waiting: events are taken in and commands decided on the client's
 * executor, the first also in the calling thread. Cancelling a future ends it: no further attempt
 * is made, and whether the present one is stored is not known.
 */
public final class AsyncActors<S, E> {
  private final AsyncAetherClient client;
  private final Setup<S, E> setup;
  private final AsyncRetryingSaver saver;

  AsyncActors(AsyncAetherClient client, Setup<S, E> setup) {
    this.client = client;
    this.setup = setup;
    this.saver = AsyncRetryingSaver.of(client, setup.policy(), setup.settings());
  }

  /** As {@link Actors#load}. */
  public CompletableFuture<Loaded<S>> load(String actorId) {
    return Chain.then(read(actorId), this::remembered);
  }

  /** As {@link Actors#handle(String, Function)}. */
  public CompletableFuture<Handled<S, E>> handle(
      String actorId, Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, EventContext.none(), decide);
  }

  /** As {@link Actors#handle(String, EventContext, Function)}. */
  public CompletableFuture<Handled<S, E>> handle(
      String actorId,
      EventContext context,
      Function<? super S, ? extends List<? extends E>> decide) {
    return handle(actorId, context, (state, attempt) -> decide.apply(state));
  }

  /** As {@link Actors#handle(String, EventContext, BiFunction)}. */
  public CompletableFuture<Handled<S, E>> handle(
      String actorId,
      EventContext context,
      BiFunction<? super S, ? super Attempt, ? extends List<? extends E>> decide) {
    Handling<S, E> handling = new Handling<>(setup.type(), context, decide);
    CompletableFuture<Handled<S, E>> result =
        Chain.then(
            saveChecked(actorId, handling), saved -> completedFuture(setup.end(handling, saved)));
    CompletableFuture<?> forgetting =
        result.whenComplete(
            (handled, thrown) -> {
              if (thrown instanceof AetherException || thrown instanceof CancellationException) {
                setup.cache().forget(actorId);
              }
            });
    return result;
  }

  /** What a cached state refuses is decided once more, on what is stored. */
  private CompletableFuture<Optional<Saved>> saveChecked(String actorId, Handling<S, E> handling) {
    CompletableFuture<Optional<Saved>> first = save(actorId, handling);
    return Chain.after(
        first,
        () -> {
          if (!handling.isUnsure()) {
            return first;
          }
          handling.distrustCache();
          return save(actorId, handling);
        });
  }

  private CompletableFuture<Optional<Saved>> save(String actorId, Handling<S, E> handling) {
    return saver.saveWith(
        actorId,
        conflict ->
            Chain.then(
                latest(actorId, handling, conflict),
                actor -> completedFuture(handling.know(actor))),
        attempt -> completedFuture(handling.decide(attempt)));
  }

  private CompletableFuture<Loaded<S>> latest(
      String actorId, Handling<S, E> handling, Optional<Conflict> conflict) {
    if (conflict.isPresent()) {
      handling.isRead();
      return after(conflict.get(), handling.actor());
    }
    Loaded<S> cached = handling.cached(setup.cache(), actorId);
    return cached == null ? load(actorId) : completedFuture(cached);
  }

  private CompletableFuture<Loaded<S>> after(Conflict conflict, Loaded<S> known) {
    if (Setup.isOther(known, conflict)) {
      return load(known.actorId());
    }
    Fold<S, E> fold = new Fold<>(setup.type(), known);
    return fold.take(conflict)
        ? remembered(fold.result())
        : Chain.then(rest(known.actorId(), fold), this::remembered);
  }

  private CompletableFuture<Loaded<S>> remembered(Loaded<S> actor) {
    setup.cache().put(actor);
    return completedFuture(actor);
  }

  private CompletableFuture<Loaded<S>> read(String actorId) {
    Rebuilding<S, E> rebuilding = new Rebuilding<>(setup, actorId);
    LoadOptions options = LoadOptions.defaults().withSettings(setup.settings().call());
    return Chain.then(
        Draining.of(client.loadActor(actorId, options), rebuilding::take),
        done -> {
          Loaded<S> loaded = rebuilding.result();
          return loaded == null
              ? rest(actorId, setup.fromNothing(actorId))
              : completedFuture(loaded);
        });
  }

  private CompletableFuture<Loaded<S>> rest(String actorId, Fold<S, E> fold) {
    return Chain.then(
        Draining.of(client.events(actorId, setup.after(fold.version())), fold::take),
        done -> completedFuture(fold.result()));
  }
}
