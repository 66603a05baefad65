package dev.aether.client.actor;

import dev.aether.client.ActorPart;
import org.jspecify.annotations.Nullable;

/** An actor that is loaded part by part. For one thread at a time. */
final class ActorRebuild<S, E> {
  private final ActorsConfig<S, E> config;
  private @Nullable Fold<S, E> fold;

  ActorRebuild(ActorsConfig<S, E> config, String actorId) {
    this.config = config;
    this.fold = config.fromNothing(actorId);
  }

  void take(ActorPart part) {
    if (part instanceof ActorPart.Begin begin) {
      fold = config.from(begin.snapshot());
    } else if (part instanceof ActorPart.Next next && fold != null) {
      fold.take(next.event());
    }
  }

  /** The actor; null: its snapshot can't be used. */
  @Nullable Loaded<S> result() {
    return fold == null ? null : fold.result();
  }
}
