package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.v1.NewEvent;
import java.util.List;

/**
 * A validated save, complete except for the versions.
 *
 * @param events 1 to 1000 complete events without unknown fields
 * @param digest {@link dev.aether.server.codec.RequestDigest} of the request as received
 * @param retry whether the request may have been sent before
 * @param order keeps this save behind earlier ones of its actor
 * @param deadline when the response must have been sent, as {@link System#nanoTime}
 * @param trace learns what the store does
 */
public record Save(
    Namespace namespace,
    ActorId actor,
    CommitId commitId,
    ExpectedVersion expected,
    List<NewEvent> events,
    String digest,
    boolean retry,
    SaveOrder order,
    long deadline,
    SaveTrace trace) {

  /** Creates a save that no trace follows. */
  public Save(
      Namespace namespace,
      ActorId actor,
      CommitId commitId,
      ExpectedVersion expected,
      List<NewEvent> events,
      String digest,
      boolean retry,
      SaveOrder order,
      long deadline) {
    this(
        namespace,
        actor,
        commitId,
        expected,
        events,
        digest,
        retry,
        order,
        deadline,
        SaveTrace.NONE);
  }

  /** This save with events that have more metadata, followed by a trace. */
  public Save traced(List<NewEvent> changed, SaveTrace by) {
    return new Save(
        namespace, actor, commitId, expected, changed, digest, retry, order, deadline, by);
  }
}
