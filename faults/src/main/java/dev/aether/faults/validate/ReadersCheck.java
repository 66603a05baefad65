package dev.aether.faults.validate;

import dev.aether.faults.history.Delivered;
import dev.aether.faults.history.History;
import dev.aether.faults.history.StoredCommit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Each reader of logs got every commit once, in the order of the log, with its content. */
final class ReadersCheck {
  private ReadersCheck() {}

  static void check(History history, Consumer<Violation> found) {
    for (Delivered delivered : history.deliveries()) {
      delivered
          .unexpectedEnds()
          .forEach(end -> found.accept(new Violation.UnexpectedAnswer(delivered.reader(), end)));
      for (String namespace : delivered.namespaces()) {
        check(delivered, namespace, history.logs().getOrDefault(namespace, List.of()), found);
      }
    }
  }

  private static void check(
      Delivered delivered, String namespace, List<StoredCommit> log, Consumer<Violation> found) {
    String reader = delivered.reader();
    Map<Long, StoredCommit> byPosition = new HashMap<>();
    log.forEach(commit -> byPosition.put(commit.position(), commit));
    Set<Long> got = new HashSet<>();
    StoredCommit before = null;
    for (StoredCommit commit : delivered.commits()) {
      if (!commit.namespace().equals(namespace)) {
        continue;
      }
      if (!commit.equals(byPosition.get(commit.position()))) {
        found.accept(new Violation.ReaderForeign(reader, commit));
      } else if (!got.add(commit.position())) {
        found.accept(new Violation.ReaderDouble(reader, commit));
      } else if (before != null && before.position() > commit.position()) {
        found.accept(new Violation.ReaderDisorder(reader, before, commit));
      }
      before = commit;
    }
    log.stream()
        .filter(commit -> !got.contains(commit.position()))
        .forEach(commit -> found.accept(new Violation.ReaderGap(reader, commit)));
  }
}
