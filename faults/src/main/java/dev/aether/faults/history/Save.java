package dev.aether.faults.history;

import java.util.List;
import java.util.stream.Stream;

/**
 * A save with its attempts, which were made one after the other.
 *
 * @param attempts at least one
 */
public record Save(Sent sent, List<Attempt> attempts) {

  /** What the answers together promise. */
  public enum Fate {
    /** The commit is stored. */
    STORED,
    /** The commit is not stored and never will be. */
    NOT_STORED,
    /** Either of them. */
    UNKNOWN
  }

  public Save {
    attempts = List.copyOf(attempts);
  }

  /** What the answers together promise. */
  public Fate fate() {
    if (saved().findAny().isPresent()) {
      return Fate.STORED;
    }
    boolean isRefused =
        attempts.stream().noneMatch(attempt -> attempt.answer() instanceof Answer.Unknown);
    return isRefused || isPast() ? Fate.NOT_STORED : Fate.UNKNOWN;
  }

  /**
   * The actor is past the expected version, so an attempt that is still on its way comes too late.
   */
  private boolean isPast() {
    return lastAnswer() instanceof Answer.Conflict conflict
        && sent.expected() instanceof Sent.Exactly exactly
        && conflict.currentVersion() > exactly.version();
  }

  /** The answer of the last attempt. */
  public Answer lastAnswer() {
    return attempts.get(attempts.size() - 1).answer();
  }

  /** All answers that say that the commit is stored. */
  public Stream<Answer.Saved> saved() {
    return attempts.stream()
        .map(Attempt::answer)
        .filter(Answer.Saved.class::isInstance)
        .map(Answer.Saved.class::cast);
  }

  /** When the first of the answers came that say that the commit is stored. */
  public long acknowledgedNanos() {
    return attempts.stream()
        .filter(attempt -> attempt.answer() instanceof Answer.Saved)
        .mapToLong(Attempt::answeredNanos)
        .findFirst()
        .orElseThrow();
  }
}
