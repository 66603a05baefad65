package dev.aether.bench.versions;

import com.google.protobuf.Empty;
import dev.aether.v1.SaveEventsRequest;

/** What kind of saves a load is made of. */
enum SaveKind {
  EXPECTED_VERSION("expected_version"),
  ANY_VERSION("any_version"),
  FIRST_SAVE("any_version, first save of a new actor");

  private final String title;

  SaveKind(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /** Says whose the save is and what it expects, after so many saves of that actor. */
  void fill(SaveEventsRequest.Builder request, int actor, long saved) {
    request.setActorId(this == FIRST_SAVE ? "new-" + actor + "-" + saved : "actor-" + actor);
    if (this == EXPECTED_VERSION) {
      request.setExpectedVersion(saved);
    } else {
      request.setAnyVersion(Empty.getDefaultInstance());
    }
  }
}
