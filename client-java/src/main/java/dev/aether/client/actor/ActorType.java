package dev.aether.client.actor;

import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A type of actor: its initial state, how events change the state, and how both are stored. Create
 * one per type, as a constant.
 *
 * @param initial the state of an actor without events
 * @param apply returns the state after an event. It must not change the given state, which is kept
 *     for other attempts and other commands. Called by any thread
 * @param codec converts events to and from their stored form
 * @param snapshots when and how states are stored; null for no snapshots
 * @param <S> the state, best a record
 * @param <E> the events, best records of a sealed interface
 */
public record ActorType<S, E>(
    S initial,
    BiFunction<? super S, ? super E, ? extends S> apply,
    EventCodec<E> codec,
    @Nullable Snapshots<S> snapshots) {

  /**
   * The snapshots of a type of actor.
   *
   * @param rule when a snapshot is due
   * @param codec converts states to and from their stored form
   */
  public record Snapshots<S>(SnapshotRule rule, StateCodec<S> codec) {}

  /** Creates a type of actor without snapshots. */
  public static <S, E> ActorType<S, E> of(
      S initial, BiFunction<? super S, ? super E, ? extends S> apply, EventCodec<E> codec) {
    return new ActorType<>(initial, apply, codec, null);
  }

  /** Returns this type of actor with snapshots. */
  public ActorType<S, E> withSnapshots(SnapshotRule rule, StateCodec<S> stateCodec) {
    return new ActorType<>(initial, apply, codec, new Snapshots<>(rule, stateCodec));
  }
}
