package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Event;
import dev.aether.client.ReadOptions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/**
 * Reads what an import needs of actors' histories, without keeping the events' data. If an outage
 * interrupts a read, the client resumes it.
 */
final class HistoryReader {
  private final AsyncAetherClient client;

  HistoryReader(AsyncAetherClient client) {
    this.client = client;
  }

  /** Reads the current history. The future may complete on the client's threads. */
  CompletableFuture<KnownHistory> read(ActorKey actor) {
    OneRead read = new OneRead();
    client
        .events(actor.actorId(), ReadOptions.builder().namespace(actor.namespace()).build())
        .subscribe(read);
    return read.whole;
  }

  /** One read, from the start of the history. */
  private static final class OneRead implements Flow.Subscriber<Event> {
    private final KnownHistory history = new KnownHistory();
    private final CompletableFuture<KnownHistory> whole = new CompletableFuture<>();
    private long events;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(KnownHistory.MAX_EVENTS + 1L);
    }

    @Override
    public void onNext(Event event) {
      events++;
      if (events <= KnownHistory.MAX_EVENTS) {
        history.add(event.eventId(), event.version());
      } else {
        whole.completeExceptionally(
            new IllegalStateException(
                "the actor has more than " + KnownHistory.MAX_EVENTS + " events"));
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
}
