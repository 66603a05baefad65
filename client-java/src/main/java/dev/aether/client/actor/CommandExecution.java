package dev.aether.client.actor;

import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.client.retry.Attempt;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A command on its way: what is known of its actor, and what was decided on that. For one thread at
 * a time.
 */
final class CommandExecution<S, E> {
  private final ActorType<S, E> type;
  private final EventContext context;
  private final BiFunction<? super S, ? super Attempt, ? extends List<? extends E>> decider;
  private @Nullable Loaded<S> actor;
  private boolean trustsCache = true;
  private boolean cached;
  private boolean unsure;
  private @Nullable S after;
  private List<E> decided = List.of();

  CommandExecution(
      ActorType<S, E> type,
      EventContext context,
      BiFunction<? super S, ? super Attempt, ? extends List<? extends E>> decider) {
    this.type = type;
    this.context = context;
    this.decider = decider;
  }

  /** What is known of the actor, once something is. */
  Loaded<S> actor() {
    return Objects.requireNonNull(actor);
  }

  /** From now on this is known; the version to save on. */
  long know(Loaded<S> actor) {
    this.actor = actor;
    return actor.version();
  }

  /** What may be built on without reading; null: nothing. */
  @Nullable Loaded<S> cached(StateCache<S> cache, String actorId) {
    Loaded<S> known = trustsCache ? cache.get(actorId) : null;
    cached = known != null;
    return known;
  }

  /** What is known now was read, or came with a conflict. */
  void isRead() {
    cached = false;
  }

  /**
   * Whether nothing was decided, or the decision refused, on a cached state: no save tells whether
   * that is old.
   */
  boolean isUnsure() {
    return unsure;
  }

  /** From now on only what is read counts. */
  void distrustCache() {
    trustsCache = false;
    unsure = false;
  }

  /** Takes in what is decided before it is saved: what can't be taken in must not be stored. */
  List<NewEvent> decide(Attempt attempt) {
    unsure = cached;
    decided = List.copyOf(decider.apply(actor().state(), attempt));
    unsure &= decided.isEmpty();
    after = actor().state();
    for (E event : decided) {
      after = Objects.requireNonNull(type.apply().apply(after, event), "apply made no state");
    }
    return decided.stream().map(type.codec()::encode).map(context::on).toList();
  }

  Handled<S, E> end(Optional<Saved> saved) {
    return new Handled<>(
        actor().actorId(),
        Objects.requireNonNull(after),
        saved.map(Saved::lastVersion).orElse(actor().version()),
        decided,
        saved);
  }
}
