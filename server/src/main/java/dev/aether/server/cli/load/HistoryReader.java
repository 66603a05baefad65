package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Event;
import dev.aether.client.ReadOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Reads one actor's history as far as an import needs it, without holding the events' data. */
final class HistoryReader implements Flow.Subscriber<Event> {
  private final ActorHistory history = new ActorHistory();
  private final CompletableFuture<ActorHistory> whole = new CompletableFuture<>();
  private long events;

  private HistoryReader() {}

  /** The history as of now. The future may complete on the client's threads. */
  static CompletableFuture<ActorHistory> read(AsyncAetherClient client, String actorId) {
    HistoryReader reader = new HistoryReader();
    client.events(actorId, ReadOptions.all()).subscribe(reader);
    return reader.whole;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(ActorHistory.MAX_EVENTS + 1L);
  }

  @Override
  public void onNext(Event event) {
    events++;
    if (events <= ActorHistory.MAX_EVENTS) {
      history.add(event.eventId(), event.version());
    } else {
      whole.completeExceptionally(
          new IllegalStateException(
              "the actor has more than " + ActorHistory.MAX_EVENTS + " events"));
    }
  }

  @Override
  public void onError(Throwable error) {
    whole.completeExceptionally(error);
  }

  @Override
  public void onComplete() {
    whole.complete(history);
  }
}
