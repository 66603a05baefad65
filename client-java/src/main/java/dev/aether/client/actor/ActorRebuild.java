package dev.aether.client.actor;

import dev.aether.client.ActorPart;
import org.jspecify.annotations.Nullable;

/** Rebuilds an actor from the parts of a load. Used by one thread at a time. */
final class ActorRebuild<S, E> {
  private final ActorsConfig<S, E> config;
  private @Nullable Fold<S, E> fold;

  ActorRebuild(ActorsConfig<S, E> config, String actorId) {
    this.config = config;
    this.fold = config.fromNothing(actorId);
  }

  void take(ActorPart part) {
    if (part instanceof ActorPart.SnapshotPart begin) {
      fold = config.from(begin.snapshot());
    } else if (part instanceof ActorPart.EventPart next && fold != null) {
      fold.take(next.event());
    }
  }

  /** The actor; null if its snapshot cannot be used. */
  @Nullable Loaded<S> result() {
    return fold == null ? null : fold.result();
  }
}
