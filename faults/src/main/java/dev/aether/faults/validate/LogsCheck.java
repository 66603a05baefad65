package dev.aether.faults.validate;

import dev.aether.faults.history.History;
import dev.aether.faults.history.Save;
import dev.aether.faults.history.StoredCommit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The positions of a log grow, and the versions of an actor are 1, 2, 3 … without gaps. */
final class LogsCheck {
  private LogsCheck() {}

  static void check(History history, Consumer<Violation> found) {
    Map<String, Integer> events = new HashMap<>();
    for (Save save : history.saves()) {
      events.put(save.sent().commit(), save.sent().events());
    }
    history.logs().values().forEach(log -> check(log, events, found));
  }

  private static void check(
      List<StoredCommit> log, Map<String, Integer> events, Consumer<Violation> found) {
    Map<String, Long> versions = new HashMap<>();
    for (int i = 0; i < log.size(); i++) {
      StoredCommit commit = log.get(i);
      if (i > 0 && log.get(i - 1).position() >= commit.position()) {
        found.accept(new Violation.PositionDisorder(log.get(i - 1), commit));
      }
      long first = versions.getOrDefault(commit.actor(), 0L) + 1;
      long count = commit.lastVersion() - commit.firstVersion() + 1;
      boolean isGapless =
          commit.firstVersion() == first
              && count == events.getOrDefault(commit.commit(), (int) count);
      if (!isGapless) {
        found.accept(new Violation.VersionGap(first, commit));
      }
      versions.put(commit.actor(), commit.lastVersion());
    }
  }
}
