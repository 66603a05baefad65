package dev.aether.bench.versions;

import com.google.protobuf.Empty;
import dev.aether.v1.SaveEventsRequest;

/** The kinds of saves in a load. */
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

  /** Sets the actor and the expected version of a save, after this many saves of the actor. */
  void fill(SaveEventsRequest.Builder request, int actor, long saved) {
    request.setActorId(this == FIRST_SAVE ? "new-" + actor + "-" + saved : "actor-" + actor);
    if (this == EXPECTED_VERSION) {
      request.setExpectedVersion(saved);
    } else {
      request.setAnyVersion(Empty.getDefaultInstance());
    }
  }
}
