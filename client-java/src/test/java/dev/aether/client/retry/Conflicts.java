package dev.aether.client.retry;

import java.util.List;
import java.util.stream.LongStream;

/** Conflicts as a server would report them. */
final class Conflicts {
  private Conflicts() {}

  /**
   * The conflict of an attempt with an actor at a version, of which the writer missed a number of
   * events.
   */
  static Conflict at(int attempt, long currentVersion, long gap) {
    return new Conflict("actor", currentVersion, currentVersion + 1 - gap, attempt, List.of());
  }

  /**
   * The decisions of a session for conflicts with these gaps, while the actor's version increases.
   */
  static List<RetryDecision> verdicts(RetryPolicy policy, long... gaps) {
    RetrySession course = policy.begin("actor");
    return LongStream.range(0, gaps.length)
        .mapToObj(i -> course.onConflict(at((int) i + 1, 1000 + 100 * i, gaps[(int) i])))
        .toList();
  }
}
