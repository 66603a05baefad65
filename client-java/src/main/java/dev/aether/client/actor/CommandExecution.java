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
 * A command in progress: what is known of its actor, and what was decided. Used by one thread at a
 * time.
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

  /** The known actor; called after {@link #know}. */
  Loaded<S> actor() {
    return Objects.requireNonNull(actor);
  }

  /** Sets the known actor and returns the version to save at. */
  long know(Loaded<S> actor) {
    this.actor = actor;
    return actor.version();
  }

  /** The cached actor; null if there is none or the cache is not trusted. */
  @Nullable Loaded<S> cached(StateCache<S> cache, String actorId) {
    Loaded<S> known = trustsCache ? cache.get(actorId) : null;
    cached = known != null;
    return known;
  }

  /** Records that the known actor was read or came with a conflict. */
  void isRead() {
    cached = false;
  }

  /**
   * Whether the decision on a cached state threw or decided nothing. Then no save shows whether the
   * state was stale.
   */
  boolean isUnsure() {
    return unsure;
  }

  /** Ignores the cache from now on. */
  void distrustCache() {
    trustsCache = false;
    unsure = false;
  }

  /**
   * Applies the decided events before they are saved, because events that cannot be applied must
   * not be stored.
   */
  List<NewEvent> decide(Attempt attempt) {
    unsure = cached;
    decided = List.copyOf(decider.apply(actor().state(), attempt));
    unsure &= decided.isEmpty();
    after = actor().state();
    for (E event : decided) {
      after = Objects.requireNonNull(type.apply().apply(after, event), "apply returned null");
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
