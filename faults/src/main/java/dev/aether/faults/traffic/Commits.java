package dev.aether.faults.traffic;

import dev.aether.faults.history.Content;
import dev.aether.faults.history.StoredCommit;
import dev.aether.v1.Commit;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import java.util.List;

/** Turns messages into what is compared. */
final class Commits {
  private Commits() {}

  static long content(List<NewEvent> events) {
    long content = Content.NONE;
    for (NewEvent event : events) {
      content =
          Content.fold(
              content,
              Content.of(event.getEventId(), event.getEventType(), event.getData().toByteArray()));
    }
    return content;
  }

  static long content(Event event) {
    return Content.of(event.getEventId(), event.getEventType(), event.getData().toByteArray());
  }

  static StoredCommit stored(CommitAt at) {
    Commit commit = at.getCommit();
    long content = Content.NONE;
    for (Event event : commit.getEventsList()) {
      content = Content.fold(content, content(event));
    }
    return new StoredCommit(
        commit.getNamespace(),
        at.getPosition(),
        commit.getActorId(),
        commit.getCommitId(),
        commit.getFirstVersion(),
        commit.getLastVersion(),
        content);
  }
}
