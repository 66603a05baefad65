package dev.aether.faults.validate;

import dev.aether.faults.history.Answer;
import dev.aether.faults.history.Attempt;
import dev.aether.faults.history.History;
import dev.aether.faults.history.Save;
import dev.aether.faults.history.Sent;
import dev.aether.faults.history.StoredCommit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * An acknowledged save is in the log once, where and as it was acknowledged. A refused one is not
 * there, and one with an unknown outcome at most once. Nothing else is there.
 */
final class SavesCheck {
  /** The refusals that faults may cause. */
  private static final Set<String> EXPECTED_REFUSALS =
      Set.of("STORE_UNAVAILABLE", "OVERLOADED", "SHUTTING_DOWN");

  /** The unknown outcomes that faults may cause, apart from a stream that is refused. */
  private static final Set<String> EXPECTED_UNKNOWNS =
      Set.of("OUTCOME_UNKNOWN", "UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED");

  private final Map<String, List<StoredCommit>> stored = new HashMap<>();
  private final Consumer<Violation> found;

  private SavesCheck(Consumer<Violation> found) {
    this.found = found;
  }

  static void check(History history, Consumer<Violation> found) {
    SavesCheck check = new SavesCheck(found);
    for (List<StoredCommit> log : history.logs().values()) {
      for (StoredCommit commit : log) {
        check.stored.computeIfAbsent(commit.commit(), id -> new ArrayList<>(1)).add(commit);
      }
    }
    Set<String> sent = new HashSet<>();
    for (Save save : history.saves()) {
      sent.add(save.sent().commit());
      check.check(save);
    }
    check.stored.values().stream()
        .flatMap(List::stream)
        .filter(commit -> !sent.contains(commit.commit()))
        .forEach(commit -> found.accept(new Violation.NeverSent(commit)));
  }

  private void check(Save save) {
    Sent sent = save.sent();
    for (Attempt attempt : save.attempts()) {
      if (!isExpected(attempt.answer())) {
        found.accept(new Violation.UnexpectedAnswer(sent.toString(), attempt.answer().toString()));
      }
    }
    List<StoredCommit> places = stored.getOrDefault(sent.commit(), List.of());
    if (places.size() > 1) {
      found.accept(new Violation.Doubled(sent, places.get(0), places.get(1)));
    }
    places.forEach(place -> checkContent(sent, place));
    switch (save.fate()) {
      case STORED -> checkAcknowledged(save, places);
      case NOT_STORED -> {
        if (!places.isEmpty()) {
          found.accept(new Violation.StoredThoughRefused(sent, save.lastAnswer(), places.get(0)));
        }
      }
      case UNKNOWN -> {}
    }
  }

  private static boolean isExpected(Answer answer) {
    if (answer instanceof Answer.Refused refused) {
      return EXPECTED_REFUSALS.contains(refused.reason());
    }
    return !(answer instanceof Answer.Unknown unknown)
        || EXPECTED_UNKNOWNS.contains(unknown.why())
        || EXPECTED_REFUSALS.contains(unknown.why());
  }

  private void checkContent(Sent sent, StoredCommit place) {
    boolean isSame =
        place.namespace().equals(sent.namespace())
            && place.actor().equals(sent.actor())
            && place.content() == sent.content();
    if (!isSame) {
      found.accept(new Violation.ForeignContent(sent, place));
    }
    long before = place.firstVersion() - 1;
    boolean isAllowed =
        !(sent.expected() instanceof Sent.Exactly exactly && before != exactly.version())
            && !(sent.expected() instanceof Sent.Existing && before == 0);
    if (!isAllowed) {
      found.accept(new Violation.StoredAgainstExpectation(sent, place));
    }
  }

  private void checkAcknowledged(Save save, List<StoredCommit> places) {
    Sent sent = save.sent();
    List<Answer.Saved> answers = save.saved().toList();
    Answer.Saved first = answers.get(0);
    for (Answer.Saved answer : answers) {
      if (!answer.isSamePlace(first)) {
        found.accept(new Violation.AnswersDiffer(sent, first, answer));
      }
    }
    if (places.isEmpty()) {
      found.accept(new Violation.Lost(sent, first));
    } else if (places.stream().noneMatch(place -> isAt(first, place))) {
      found.accept(new Violation.Misplaced(sent, first, places.get(0)));
    }
  }

  private static boolean isAt(Answer.Saved answer, StoredCommit place) {
    return place.firstVersion() == answer.firstVersion()
        && place.lastVersion() == answer.lastVersion()
        && place.position() == answer.position();
  }
}
