package dev.aether.client.actor;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a kind of actor is: the state it begins with, how an event changes it, and how both are
 * stored. Make one for each kind, as a constant.
 *
 * @param initial the state of an actor that nobody wrote
 * @param apply the state after an event. It must not change the state it is given: that is kept for
 *     other attempts and other commands. For any number of threads
 * @param codec how events are stored
 * @param snapshots when and how states are stored; null: not at all
 * @param <S> the state, best a record
 * @param <E> the events, best records of a sealed interface
 */
public record ActorType<S, E>(
    S initial,
    BiFunction<? super S, ? super E, ? extends S> apply,
    EventCodec<E> codec,
    @Nullable Snapshots<S> snapshots) {

  /**
   * Snapshots of a kind of actor.
   *
   * @param rule when one is due
   * @param codec how the state is stored
   */
  public record Snapshots<S>(SnapshotRule rule, StateCodec<S> codec) {}

  /** A kind of actor without snapshots. */
  public static <S, E> ActorType<S, E> of(
      S initial, BiFunction<? super S, ? super E, ? extends S> apply, EventCodec<E> codec) {
    return new ActorType<>(initial, apply, codec, null);
  }

  /** This kind of actor with snapshots. */
  public ActorType<S, E> withSnapshots(SnapshotRule rule, StateCodec<S> stateCodec) {
    return new ActorType<>(initial, apply, codec, new Snapshots<>(rule, stateCodec));
  }
}
