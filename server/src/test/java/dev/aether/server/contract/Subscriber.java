package dev.aether.server.contract;

import dev.aether.server.testing.Await;
import dev.aether.v1.Broadcast;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Event;
import dev.aether.v1.EventStored;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A subscription and all frames that came, in order. For any number of threads. */
final class Subscriber implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final List<SubscribeResponse> frames = new ArrayList<>();
  private @Nullable ClientCallStreamObserver<SubscribeRequest> call;
  private boolean reading;
  private Optional<Throwable> end = Optional.empty();

  private Subscriber(boolean reading) {
    this.reading = reading;
  }

  static Subscriber open(Node node, SubscribeRequest.Builder request) {
    return open(node, request, true);
  }

  /** One that takes the first frame and then none, until {@link #read}. */
  static Subscriber openStalled(Node node, SubscribeRequest.Builder request) {
    return open(node, request, false);
  }

  private static Subscriber open(Node node, SubscribeRequest.Builder request, boolean reading) {
    Subscriber subscriber = new Subscriber(reading);
    node.bus().subscribe(request.build(), subscriber.new Frames());
    return subscriber;
  }

  /** The refusal of a subscription that must be refused. */
  static Refusal refusal(Node node, SubscribeRequest.Builder request) {
    try (Subscriber subscriber = open(node, request)) {
      return subscriber.awaitEnd(BOUND);
    }
  }

  private final class Frames
      implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> begun) {
      synchronized (Subscriber.this) {
        call = begun;
        begun.disableAutoRequestWithInitial(1);
      }
    }

    @Override
    public void onNext(SubscribeResponse frame) {
      synchronized (Subscriber.this) {
        frames.add(frame);
        if (reading) {
          request();
        }
      }
    }

    @Override
    public void onError(Throwable thrown) {
      synchronized (Subscriber.this) {
        end = Optional.of(thrown);
      }
    }

    @Override
    public void onCompleted() {
      onError(new AssertionError("a subscription completed"));
    }
  }

  private void request() {
    ClientCallStreamObserver<SubscribeRequest> running = call;
    if (running != null) {
      running.request(1);
    }
  }

  /** Reads on from now on. */
  synchronized void read() {
    if (!reading) {
      reading = true;
      request();
    }
  }

  synchronized List<SubscribeResponse> frames() {
    return List.copyOf(frames);
  }

  List<SubscribeResponse> frames(FrameCase kind) {
    return frames().stream().filter(frame -> frame.getFrameCase() == kind).toList();
  }

  List<CommitAt> commits() {
    return frames().stream().flatMap(frame -> frame.getEvents().getCommitsList().stream()).toList();
  }

  List<EventStored> stored() {
    return frames().stream().flatMap(frame -> frame.getEvents().getStoredList().stream()).toList();
  }

  List<Broadcast> broadcasts() {
    return frames(FrameCase.BROADCAST).stream().map(SubscribeResponse::getBroadcast).toList();
  }

  List<Event> events() {
    return commits().stream()
        .flatMap(commit -> commit.getCommit().getEventsList().stream())
        .toList();
  }

  List<String> commitIds() {
    return commits().stream().map(commit -> commit.getCommit().getCommitId()).toList();
  }

  /** The latest cursor that came, in whichever frame. */
  String cursor() {
    List<SubscribeResponse> all = frames();
    for (int i = all.size() - 1; i >= 0; i--) {
      String cursor = cursor(all.get(i));
      if (!cursor.isEmpty()) {
        return cursor;
      }
    }
    throw new AssertionError("no cursor came");
  }

  /** The cursor of a frame; empty if it has none. */
  static String cursor(SubscribeResponse frame) {
    return switch (frame.getFrameCase()) {
      case STARTED -> frame.getStarted().getCursor();
      case EVENTS -> frame.getEvents().getCursor();
      case CAUGHT_UP -> frame.getCaughtUp().getCursor();
      case HEARTBEAT -> frame.getHeartbeat().getCursor();
      case ERROR -> frame.getError().getCursor();
      case NAMESPACE_DELETED, BROADCAST, FRAME_NOT_SET -> "";
    };
  }

  Subscriber awaitStarted() {
    return await("started", s -> !s.frames().isEmpty());
  }

  Subscriber awaitCaughtUp() {
    return await("caught_up", s -> !s.frames(FrameCase.CAUGHT_UP).isEmpty());
  }

  Subscriber awaitCommits(int count) {
    return await(count + " commits", s -> s.commits().size() >= count);
  }

  Subscriber awaitBroadcasts(int count) {
    return await(count + " broadcasts", s -> s.broadcasts().size() >= count);
  }

  Subscriber awaitStored(int count) {
    return await(count + " notices", s -> s.stored().size() >= count);
  }

  /** Waits for a commit; what was saved before it has then been seen too. */
  Subscriber awaitCommit(String commitId) {
    return await("commit " + commitId, s -> s.commitIds().contains(commitId));
  }

  Subscriber await(String what, Predicate<Subscriber> condition) {
    return await(what, BOUND, condition);
  }

  Subscriber await(String what, Duration bound, Predicate<Subscriber> condition) {
    Await.until(
        what + " of a subscription",
        bound,
        () -> {
          boolean holds = condition.test(this);
          if (!holds && end().isPresent()) {
            throw new AssertionError(
                "the subscription ended before %s: %s".formatted(what, end().orElseThrow()),
                end().orElseThrow());
          }
          return holds;
        });
    return this;
  }

  synchronized Optional<Throwable> end() {
    return end;
  }

  /** Waits until the server has ended it. */
  Refusal awaitEnd(Duration bound) {
    return Refusal.of(Await.value("the end of a subscription", bound, this::end));
  }

  @Override
  public synchronized void close() {
    ClientCallStreamObserver<SubscribeRequest> running = call;
    if (running != null) {
      running.cancel("closed", null);
    }
  }
}
