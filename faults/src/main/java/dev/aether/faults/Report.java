package dev.aether.faults;

import com.google.gson.GsonBuilder;
import dev.aether.faults.history.Answer;
import dev.aether.faults.history.Attempt;
import dev.aether.faults.history.Delivered;
import dev.aether.faults.history.History;
import dev.aether.faults.history.Save;
import dev.aether.faults.validate.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a run did and found. */
public record Report(
    FaultRun run,
    List<String> faults,
    History history,
    BatchCount batches,
    List<Violation> violations,
    Duration took) {
  private static final int MOST_IN_SUMMARY = 20;

  public Report {
    faults = List.copyOf(faults);
    violations = List.copyOf(violations);
  }

  /** The saves by what their answers promise. */
  Map<Save.Fate, Integer> fates() {
    Map<Save.Fate, Integer> fates = new TreeMap<>();
    history.saves().forEach(save -> fates.merge(save.fate(), 1, Integer::sum));
    return fates;
  }

  /** The attempts by what was answered. */
  Map<String, Integer> answers() {
    Map<String, Integer> answers = new TreeMap<>();
    for (Save save : history.saves()) {
      for (Attempt attempt : save.attempts()) {
        answers.merge(kind(attempt.answer()), 1, Integer::sum);
      }
    }
    return answers;
  }

  private static String kind(Answer answer) {
    if (answer instanceof Answer.Saved saved) {
      return saved.replayed() ? "saved before" : "saved";
    }
    if (answer instanceof Answer.Refused refused) {
      return "refused: " + refused.reason();
    }
    return answer instanceof Answer.Unknown unknown ? "unknown: " + unknown.why() : "conflict";
  }

  /** The figures and the violations, for people. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    text.append("answers: ").append(answers());
    text.append("\nsaves: ").append(fates());
    text.append("\ncommits: ").append(commits()).append(", of them in batches: ");
    text.append(batches.grouped()).append(" in ").append(batches.batches());
    for (Delivered delivered : history.deliveries()) {
      text.append('\n').append(delivered.reader()).append(": ");
      text.append(delivered.commits().size()).append(" commits in ");
      text.append(delivered.calls()).append(" calls");
    }
    text.append("\nviolations after ").append(took.toSeconds()).append(" s: ");
    text.append(violations.size()).append(' ').append(kinds());
    violations.stream()
        .limit(MOST_IN_SUMMARY)
        .forEach(found -> text.append("\n  ").append(line(found)));
    return text.toString();
  }

  private Map<String, Integer> kinds() {
    Map<String, Integer> kinds = new TreeMap<>();
    violations.forEach(found -> kinds.merge(found.getClass().getSimpleName(), 1, Integer::sum));
    return kinds;
  }

  private long commits() {
    return history.logs().values().stream().mapToLong(List::size).sum();
  }

  private static String line(Violation violation) {
    return violation.getClass().getSimpleName() + ": " + violation.text();
  }

  /** Writes everything but the history as JSON. */
  public void write(Path file) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("topology", run.topology().toString());
    json.put("seed", run.seed());
    json.put("writers", run.writers());
    json.put("seconds", took.toSeconds());
    json.put("answers", answers());
    json.put("saves", fates());
    json.put("commits", commits());
    json.put("commitsInBatches", batches.grouped());
    json.put("batches", batches.batches());
    json.put("violations", violations.stream().map(Report::line).toList());
    json.put("faults", faults);
    Files.writeString(file, new GsonBuilder().setPrettyPrinting().create().toJson(json));
  }
}
