package dev.aether.faults.validate;

import dev.aether.faults.history.Answer;
import dev.aether.faults.history.Attempt;
import dev.aether.faults.history.History;
import dev.aether.faults.history.Save;
import dev.aether.faults.history.Sent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What was acknowledged before a save was sent comes before it in the actor's history, and a
 * conflict knows of it.
 */
final class OrderCheck {
  private OrderCheck() {}

  static void check(History history, Consumer<Violation> found) {
    Map<List<String>, List<Save>> byActor = new HashMap<>();
    for (Save save : history.saves()) {
      byActor
          .computeIfAbsent(
              List.of(save.sent().namespace(), save.sent().actor()), actor -> new ArrayList<>())
          .add(save);
    }
    for (List<Save> saves : byActor.values()) {
      List<Save> acknowledged =
          saves.stream().filter(save -> save.fate() == Save.Fate.STORED).toList();
      checkOrder(acknowledged, found);
      checkConflicts(saves, acknowledged, found);
    }
  }

  private static void checkOrder(List<Save> acknowledged, Consumer<Violation> found) {
    List<Save> inOrder =
        acknowledged.stream().sorted(Comparator.comparingLong(OrderCheck::firstVersion)).toList();
    Save sentLast = null;
    for (Save save : inOrder) {
      if (sentLast != null && save.acknowledgedNanos() < sentNanos(sentLast)) {
        found.accept(new Violation.Overtaken(save.sent(), sentLast.sent()));
      }
      if (sentLast == null || sentNanos(save) > sentNanos(sentLast)) {
        sentLast = save;
      }
    }
  }

  private static long firstVersion(Save save) {
    return save.saved().findFirst().orElseThrow().firstVersion();
  }

  private static long sentNanos(Save save) {
    return save.attempts().get(0).sentNanos();
  }

  private static void checkConflicts(
      List<Save> saves, List<Save> acknowledged, Consumer<Violation> found) {
    NavigableMap<Long, Long> versions = versionsByTime(acknowledged);
    for (Save save : saves) {
      for (Attempt attempt : save.attempts()) {
        if (attempt.answer() instanceof Answer.Conflict conflict) {
          Map.Entry<Long, Long> known = versions.lowerEntry(attempt.sentNanos());
          if (known != null && known.getValue() > conflict.currentVersion()) {
            found.accept(new Violation.WrongConflict(save.sent(), conflict, known.getValue()));
          }
          if (save.sent().expected() instanceof Sent.Exactly exactly
              && exactly.version() == conflict.currentVersion()) {
            found.accept(new Violation.WrongConflict(save.sent(), conflict, exactly.version()));
          }
        }
      }
    }
  }

  /** By the time of an acknowledgement: the highest version that was acknowledged until then. */
  private static NavigableMap<Long, Long> versionsByTime(List<Save> acknowledged) {
    NavigableMap<Long, Long> versions = new TreeMap<>();
    long highest = 0;
    for (Save save :
        acknowledged.stream().sorted(Comparator.comparingLong(Save::acknowledgedNanos)).toList()) {
      highest = Math.max(highest, save.saved().findFirst().orElseThrow().lastVersion());
      versions.put(save.acknowledgedNanos(), highest);
    }
    return versions;
  }
}
