package dev.aether.client;

import dev.aether.client.internal.calls.RepeatedCall;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.messages.Requests;
import dev.aether.client.internal.reads.EventsProgress;
import dev.aether.client.internal.reads.FrameSource;
import dev.aether.client.internal.reads.LoadProgress;
import dev.aether.client.internal.reads.LogReadProgress;
import dev.aether.client.internal.reads.PagedFlow;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The streamed reads, in the one form from which {@link AetherClient} makes streams and {@link
 * AsyncAetherClient} makes publishers.
 */
final class ReadSources {
  private final Calls calls;

  ReadSources(Calls calls) {
    this.calls = calls;
  }

  FrameSource<GetEventsResponse, Event> events(String actorId, ReadOptions options) {
    calls.checkOpen();
    GetEventsRequest request =
        Requests.events(actorId, calls.namespace(options.settings()), options);
    return new FrameSource<>(
        () -> calls.read(new EventsProgress(request), options.settings()),
        frame -> {
          report(frame.getErrorsList(), options.onCorrupt());
          return frame.getEventsList().stream().map(Messages::event).iterator();
        });
  }

  FrameSource<LoadActorResponse, ActorPart> actor(String actorId, LoadOptions options) {
    calls.checkOpen();
    LoadActorRequest request = Requests.load(actorId, calls.namespace(options.settings()), options);
    return new FrameSource<>(
        () -> calls.read(new LoadProgress(request), options.settings()),
        frame -> {
          report(frame.getErrorsList(), options.onCorrupt());
          return Messages.actorParts(frame).iterator();
        });
  }

  private static void report(
      List<dev.aether.v1.ReplayError> errors, @Nullable Consumer<ReplayError> onCorrupt) {
    if (onCorrupt != null) {
      errors.stream().map(Messages::replayError).forEach(onCorrupt);
    }
  }

  FrameSource<ReadLogResponse, LogSignal> log(ReadLogOptions options) {
    calls.checkOpen();
    CallSettings settings = new CallSettings(null, options.deadline());
    ReadLogRequest request = Requests.readLog(options, calls.namespace(settings));
    return new FrameSource<>(
        () -> calls.read(new LogReadProgress(request), settings),
        frame -> Messages.logSignals(frame).iterator());
  }

  FrameSource<ActorPage, ActorSummary> actors(ListActorsOptions options) {
    calls.checkOpen();
    return new FrameSource<>(
        () -> new PagedFlow<>(token -> actorPage(options, token), ActorPage::nextPageToken),
        page -> page.actors().iterator());
  }

  CompletableFuture<ActorPage> actorPage(ListActorsOptions options, String pageToken) {
    return calls.start(
        RepeatedCall.Spec.reading(
            EventStoreGrpc.getListActorsMethod(),
            Requests.listActors(options, pageToken, calls.namespace(options.settings())),
            Messages::actorPage),
        options.settings());
  }

  FrameSource<List<SubscriptionSignal>, SubscriptionSignal> signals(SubscribeOptions options) {
    calls.checkOpen();
    return new FrameSource<>(() -> calls.subscription(options), List::iterator);
  }
}
