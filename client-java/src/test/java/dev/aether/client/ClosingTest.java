package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static dev.aether.client.ScriptedServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.google.protobuf.Message;
import com.google.rpc.RetryInfo;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.retry.AsyncRetryingSaver;
import dev.aether.client.retry.BackgroundSaver;
import dev.aether.client.retry.SimpleRetry;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls in progress fail with the reason that the client was closed, not as network faults. */
@Timeout(60)
final class ClosingTest {
  private static final NewEvent PLACED = NewEvent.json("Placed", "{}");

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().namespace("shop").build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  /** Starts a call, closes the client when the server has its request, and returns the failure. */
  private Throwable endOf(Class<? extends Message> request, Supplier<CompletableFuture<?>> begin)
      throws InterruptedException {
    CompletableFuture<?> call = begin.get();
    Message arrived = server.received(request);
    client.close();
    assertTrue(request.isInstance(arrived));
    return failure(call);
  }

  private static Throwable failure(CompletableFuture<?> call) {
    return Objects.requireNonNull(
        assertThrows(ExecutionException.class, () -> call.get(10, TimeUnit.SECONDS)).getCause());
  }

  private static void assertClosed(Throwable thrown) {
    ClientClosedException closed = assertInstanceOf(ClientClosedException.class, thrown);
    assertEquals(Reason.CLIENT_CLOSED, closed.reason());
    assertEquals("the client was closed", closed.getMessage());
  }

  private static void assertUnknown(String commitId, Throwable thrown) {
    OutcomeUnknownException unknown = assertInstanceOf(OutcomeUnknownException.class, thrown);
    assertEquals(commitId, unknown.commitId());
    assertTrue(unknown.getMessage().endsWith("the client was closed"), unknown.getMessage());
    assertInstanceOf(ClientClosedException.class, unknown.getCause());
  }

  /** Waits for a line of the client's log. */
  private static final class Listening extends AppenderBase<ILoggingEvent>
      implements AutoCloseable {
    private final Logger log = (Logger) Logs.CLIENT;
    private final Predicate<String> line;
    private final CountDownLatch seen;

    Listening(Predicate<String> line, CountDownLatch seen) {
      this.line = line;
      this.seen = seen;
      start();
      log.setLevel(Level.DEBUG);
      log.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
      if (line.test(event.getFormattedMessage())) {
        seen.countDown();
      }
    }

    @Override
    public void close() {
      log.detachAppender(this);
      log.setLevel(null);
    }
  }

  private static <T> CompletableFuture<Long> reading(Stream<T> stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return stream.count();
          }
        },
        task -> new Thread(task, "reader").start());
  }

  private SaveCommand save(String commitId) {
    return SaveCommand.builder("a", ExpectedVersion.any()).event(PLACED).commitId(commitId).build();
  }

  @Test
  void aStreamOfSignalsThatIsReadSaysThatTheClientWasClosed() throws Exception {
    server.subscriptions.add(silence());
    SubscribeOptions live = SubscribeOptions.builder(SubscriptionStart.live()).build();
    assertClosed(
        endOf(SubscribeRequest.class, () -> reading(client.subscribe(live).filter(s -> false))));
  }

  @Test
  void aStreamOfEventsThatIsReadSaysThatTheClientWasClosed() throws Exception {
    server.reads.add(silence());
    assertClosed(endOf(GetEventsRequest.class, () -> reading(client.events("a"))));
  }

  @Test
  void aPublisherSaysThatTheClientWasClosed() throws Exception {
    server.subscriptions.add(silence());
    Recorder<SubscriptionSignal> recorder = new Recorder<>();
    SubscribeOptions live = SubscribeOptions.builder(SubscriptionStart.live()).build();
    client.async().subscribe(live).subscribe(recorder);
    recorder.request(1);
    SubscribeRequest unused = server.received(SubscribeRequest.class);
    client.close();
    recorder.awaitEnd();
    assertClosed(Objects.requireNonNull(recorder.error()));
  }

  @Test
  void aListenerHearsThatItsSubscriptionIsClosed() throws Exception {
    server.subscriptions.add(silence());
    Journal journal = new Journal();
    Subscription subscription =
        client.subscribe(SubscribeOptions.builder(SubscriptionStart.live()).build(), journal);
    SubscribeRequest unused = server.received(SubscribeRequest.class);
    client.close();
    assertNull(subscription.ended().get(10, TimeUnit.SECONDS));
    assertEquals(List.of("closed"), journal.lines());
  }

  @Test
  void aReadSaysThatTheClientWasClosed() throws Exception {
    server.latest.add(silence());
    assertClosed(endOf(GetLatestVersionRequest.class, () -> client.async().latestVersion("a")));
  }

  @Test
  void aSaveThatWasSentStaysUnknownAndSaysWhy() throws Exception {
    server.saves.add(silence());
    assertUnknown("c1", endOf(SaveEventsRequest.class, () -> client.async().save(save("c1"))));
  }

  @Test
  void aBroadcastThatWasSentStaysUnknownAndSaysWhy() throws Exception {
    server.broadcasts.add(silence());
    assertUnknown("", endOf(PublishRequest.class, () -> client.async().publish(PLACED)));
  }

  @Test
  void aSaveThatWasRefusedAndWaitsForItsRepeatIsNotStored() throws Exception {
    server.saves.add(
        fail(
            error(
                Status.Code.RESOURCE_EXHAUSTED,
                "OVERLOADED",
                Map.of(),
                RetryInfo.newBuilder()
                    .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(8))
                    .build())));
    CountDownLatch refused = new CountDownLatch(1);
    Listening log = new Listening(line -> line.startsWith("SaveEvents: attempt 1"), refused);
    try (log) {
      CompletableFuture<Saved> call = client.async().save(save("c1"));
      assertTrue(refused.await(10, TimeUnit.SECONDS));
      client.close();
      Throwable end = failure(call);
      assertClosed(end);
      assertInstanceOf(OverloadedException.class, end.getCause());
    }
  }

  @Test
  void aSaveThatOnceWasLostAndWaitsForItsRepeatStaysUnknown() throws Exception {
    server.saves.add(fail(Status.UNAVAILABLE.asException()));
    server.saves.add(
        fail(
            error(
                Status.Code.RESOURCE_EXHAUSTED,
                "OVERLOADED",
                Map.of(),
                RetryInfo.newBuilder()
                    .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(8))
                    .build())));
    CompletableFuture<Saved> call = client.async().save(save("c1"));
    SaveEventsRequest first = server.received(SaveEventsRequest.class);
    assertUnknown("c1", endOf(SaveEventsRequest.class, () -> call));
    assertEquals("c1", first.getCommitId());
  }

  @Test
  void theUnansweredSavesOfAStreamStayUnknownAndNoOtherIsTaken() throws Exception {
    server.saveStreams.add(silence());
    SaveStream stream = client.saveStream(SaveStreamOptions.defaults());
    CompletableFuture<Saved> first = stream.save(save("c1"));
    CompletableFuture<Saved> second = stream.save(save("c2"));
    SaveEventsRequest unused = server.received(SaveEventsRequest.class);
    assertUnknown("c2", endOf(SaveEventsRequest.class, () -> second));
    assertUnknown("c1", failure(first));
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> stream.save(save("c3")));
    assertEquals("the client is closed", refused.getMessage());
    stream.close();
  }

  @Test
  void aListOfActorsBetweenTwoPagesSaysThatTheClientWasClosed() throws Exception {
    server.actorLists.add(
        answer(
            ListActorsResponse.newBuilder()
                .addActors(dev.aether.v1.ActorSummary.newBuilder().setActorId("a"))
                .setNextPageToken("t1")
                .build()));
    server.actorLists.add(silence());
    CountDownLatch closed = new CountDownLatch(1);
    Consumer<ActorSummary> closing =
        actor -> {
          client.close();
          closed.countDown();
        };
    Throwable end =
        failure(
            CompletableFuture.runAsync(
                () -> client.listActors(ListActorsOptions.all()).forEach(closing)));
    assertEquals(0, closed.getCount());
    assertClosed(end);
  }

  @Test
  void savesInTheBackgroundSayThatTheClientIsClosed() throws Exception {
    server.latest.add(answer(GetLatestVersionResponse.getDefaultInstance()));
    server.saves.add(silence());
    try (BackgroundSaver saver =
        new BackgroundSaver(AsyncRetryingSaver.of(client.async(), new SimpleRetry()))) {
      CompletableFuture<Optional<Saved>> atWork = saver.save("a", attempt -> List.of(PLACED));
      CompletableFuture<Optional<Saved>> waiting = saver.save("a", attempt -> List.of(PLACED));
      GetLatestVersionRequest unused = server.received(GetLatestVersionRequest.class);
      Throwable end = endOf(SaveEventsRequest.class, () -> atWork);
      assertInstanceOf(
          ClientClosedException.class,
          assertInstanceOf(OutcomeUnknownException.class, end).getCause());
      assertEquals("the client is closed", failure(waiting).getMessage());
    }
  }
}
