package dev.aether.client.actor;

import dev.aether.client.ActorPart;
import org.jspecify.annotations.Nullable;

/** An actor that is loaded part by part. For one thread at a time. */
final class Rebuilding<S, E> {
  private final Setup<S, E> setup;
  private @Nullable Fold<S, E> fold;

  Rebuilding(Setup<S, E> setup, String actorId) {
    this.setup = setup;
    this.fold = setup.fromNothing(actorId);
  }

  void take(ActorPart part) {
    if (part instanceof ActorPart.Begin begin) {
      fold = setup.from(begin.snapshot());
    } else if (part instanceof ActorPart.Next next && fold != null) {
      fold.take(next.event());
    }
  }

  /** The actor; null: its snapshot can't be used. */
  @Nullable Loaded<S> result() {
    return fold == null ? null : fold.result();
  }
}
