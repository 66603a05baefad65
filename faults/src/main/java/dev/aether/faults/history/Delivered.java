package dev.aether.faults.history;

import java.util.List;
import java.util.Set;

/**
 * What one reader of logs got: a subscriber during the run, or a read of the whole log after it.
 *
 * @param namespaces those that it asked for
 * @param commits in the order in which they came
 * @param calls how many calls it took
 * @param unexpectedEnds what ended its calls, apart from what faults may cause
 */
public record Delivered(
    String reader,
    Set<String> namespaces,
    List<StoredCommit> commits,
    int calls,
    List<String> unexpectedEnds) {
  public Delivered {
    namespaces = Set.copyOf(namespaces);
    commits = List.copyOf(commits);
    unexpectedEnds = List.copyOf(unexpectedEnds);
  }
}
