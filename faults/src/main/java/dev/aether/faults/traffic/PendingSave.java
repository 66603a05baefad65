package dev.aether.faults.traffic;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.faults.history.Answer;
import dev.aether.faults.history.Attempt;
import dev.aether.faults.history.Save;
import dev.aether.faults.history.Sent;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A save with its attempts so far. At most one attempt is under way. */
final class PendingSave {
  private final Burst.Choice choice;
  private final SaveEventsRequest request;
  private final Sent sent;
  private final List<Attempt> attempts = new ArrayList<>();

  /**
   * @param version the latest version of its actor that the writer has heard of
   */
  PendingSave(Burst.Choice choice, long version) {
    this.choice = choice;
    SaveEventsRequest.Builder builder =
        SaveEventsRequest.newBuilder()
            .setNamespace(choice.namespace())
            .setActorId(choice.actor())
            .setCommitId(choice.commit())
            .addAllEvents(events(choice));
    Sent.Expected expected;
    if (choice.expectation() == Burst.Expectation.KNOWN_VERSION) {
      expected = new Sent.Exactly(version);
      builder.setExpectedVersion(version);
    } else if (choice.expectation() == Burst.Expectation.ANY || version == 0) {
      expected = new Sent.Any();
      builder.setAnyVersion(Empty.getDefaultInstance());
    } else {
      expected = new Sent.Existing();
      builder.setExistingActor(Empty.getDefaultInstance());
    }
    request = builder.build();
    sent =
        new Sent(
            choice.namespace(),
            choice.actor(),
            choice.commit(),
            expected,
            choice.events(),
            Commits.content(request.getEventsList()));
  }

  private static List<NewEvent> events(Burst.Choice choice) {
    Random random = new Random(choice.commit().hashCode());
    List<NewEvent> events = new ArrayList<>();
    for (int i = 0; i < choice.events(); i++) {
      byte[] data = new byte[choice.bytes()];
      random.nextBytes(data);
      events.add(
          NewEvent.newBuilder()
              .setEventId(choice.commit() + "-" + i)
              .setEventType("Happened")
              .setData(ByteString.copyFrom(data))
              .build());
    }
    return events;
  }

  Burst.Choice choice() {
    return choice;
  }

  SaveEventsRequest request() {
    return request;
  }

  /** Makes an attempt and records its answer. */
  CompletableFuture<?> attempt(String node, Supplier<CompletableFuture<Answer>> call) {
    long sentNanos = System.nanoTime();
    return call.get()
        .thenAccept(
            answer -> attempts.add(new Attempt(node, sentNanos, System.nanoTime(), answer)));
  }

  /** Whether it is to be sent again. */
  boolean isDue() {
    Answer last = attempts.get(attempts.size() - 1).answer();
    if (last instanceof Answer.Saved) {
      return choice.again() && attempts.stream().filter(PendingSave::isSaved).count() == 1;
    }
    return last instanceof Answer.Unknown
        ? choice.repeatsUnknown()
        : last instanceof Answer.Refused && choice.repeatsRefused();
  }

  private static boolean isSaved(Attempt attempt) {
    return attempt.answer() instanceof Answer.Saved;
  }

  /** The highest version of its actor in an answer; 0 if there is none. */
  long latestVersion() {
    return attempts.stream()
        .mapToLong(
            attempt -> {
              if (attempt.answer() instanceof Answer.Saved saved) {
                return saved.lastVersion();
              }
              return attempt.answer() instanceof Answer.Conflict conflict
                  ? conflict.currentVersion()
                  : 0;
            })
        .max()
        .orElse(0);
  }

  Save finished() {
    return new Save(sent, attempts);
  }
}
