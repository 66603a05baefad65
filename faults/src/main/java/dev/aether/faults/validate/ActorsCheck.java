package dev.aether.faults.validate;

import dev.aether.faults.history.Content;
import dev.aether.faults.history.History;
import dev.aether.faults.history.ReadActor;
import dev.aether.faults.history.StoredCommit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Every actor of the log can be read, with the commits that the log has. */
final class ActorsCheck {
  private ActorsCheck() {}

  static void check(History history, Consumer<Violation> found) {
    Map<List<String>, List<StoredCommit>> byActor = new HashMap<>();
    for (List<StoredCommit> log : history.logs().values()) {
      for (StoredCommit commit : log) {
        byActor
            .computeIfAbsent(
                List.of(commit.namespace(), commit.actor()), actor -> new ArrayList<>())
            .add(commit);
      }
    }
    Map<String, Set<List<String>>> byReader = new HashMap<>();
    for (ReadActor read : history.actors()) {
      List<String> actor = List.of(read.namespace(), read.actor());
      byReader.computeIfAbsent(read.reader(), reader -> new HashSet<>()).add(actor);
      check(read, byActor.getOrDefault(actor, List.of()), found);
    }
    byReader.forEach(
        (reader, actors) ->
            byActor.keySet().stream()
                .filter(actor -> !actors.contains(actor))
                .forEach(actor -> found.accept(notListed(reader, actor))));
  }

  private static Violation notListed(String reader, List<String> actor) {
    ReadActor none = new ReadActor(reader, actor.get(0), actor.get(1), 0, List.of());
    return new Violation.ActorDiffers(none, "it is in the log but not in the list of actors");
  }

  private static void check(ReadActor read, List<StoredCommit> commits, Consumer<Violation> found) {
    long latest = commits.isEmpty() ? 0 : commits.get(commits.size() - 1).lastVersion();
    if (read.listedVersion() != latest) {
      found.accept(
          new Violation.ActorDiffers(
              read, "listed with version " + read.listedVersion() + ", in the log " + latest));
    }
    if (read.events().size() != latest) {
      found.accept(
          new Violation.ActorDiffers(
              read, "read with " + read.events().size() + " events, in the log " + latest));
      return;
    }
    for (StoredCommit commit : commits) {
      if (!matches(read, commit)) {
        found.accept(new Violation.ActorDiffers(read, "read with other events than " + commit));
      }
    }
  }

  private static boolean matches(ReadActor read, StoredCommit commit) {
    if (commit.firstVersion() < 1 || commit.lastVersion() > read.events().size()) {
      return false;
    }
    long content = Content.NONE;
    for (long version = commit.firstVersion(); version <= commit.lastVersion(); version++) {
      ReadActor.Event event = read.events().get((int) version - 1);
      if (event.version() != version) {
        return false;
      }
      content = Content.fold(content, event.content());
    }
    return content == commit.content();
  }
}
