package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static dev.aether.client.ScriptedServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.rpc.RetryInfo;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SubscribeRequest;
import io.grpc.Status;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Durations that are too long for a number of nanoseconds. */
@Timeout(60)
final class NoLimitTest {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final SaveCommand SAVE =
      SaveCommand.builder("a", ExpectedVersion.any())
          .event(NewEvent.json("Placed", "{}"))
          .commitId("c1")
          .build();

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client =
      server
          .client()
          .deadline(FOREVER)
          .attemptTimeout(FOREVER)
          .keepAlive(FOREVER, FOREVER)
          .repeats(new RepeatOptions(Integer.MAX_VALUE, Duration.ofMillis(1), FOREVER))
          .build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aCallIsRepeatedUntilItIsAnswered() throws Exception {
    server.latest.add(fail(Status.UNAVAILABLE.asException()));
    server.latest.add(answer(GetLatestVersionResponse.newBuilder().setVersion(9).build()));

    assertEquals(9, client.async().latestVersion("a").get(20, TimeUnit.SECONDS));
  }

  @Test
  void aReadIsResumed() {
    server.reads.add(fail(Status.UNAVAILABLE.asException()));
    server.reads.add(answer(GetEventsResponse.getDefaultInstance()));

    assertEquals(0, client.events("a").count());
  }

  @Test
  void aSubscriptionWithoutALimitOfTimeIsNotGivenUp() throws Exception {
    server.subscriptions.add(fail(Status.UNAVAILABLE.asException()));
    server.subscriptions.add(silence());
    Subscription subscription =
        client.subscribe(
            SubscribeOptions.builder(SubscriptionStart.live()).giveUpAfter(FOREVER).build(),
            new Journal());

    server.received(SubscribeRequest.class);
    server.received(SubscribeRequest.class);
    subscription.close();

    assertNull(subscription.ended().get(20, TimeUnit.SECONDS));
  }

  @Test
  void aStreamOfSavesIsAnsweredAndDrained() throws Exception {
    server.saveStreams.add(
        (request, caller) ->
            caller.onNext(
                SaveEventsStreamResponse.newBuilder()
                    .setCommitId(request.getCommitId())
                    .setSaved(SaveEventsResponse.newBuilder().setPosition(7))
                    .build()));
    CompletableFuture<Saved> saved;
    try (SaveStream stream =
        client.saveStream(SaveStreamOptions.defaults().withDrainWithin(FOREVER))) {
      saved = stream.save(SAVE);
    }

    assertEquals(7, saved.get(20, TimeUnit.SECONDS).position());
  }

  @Test
  void aSaveOfAStreamEndsAtItsDeadlineThoughItsAttemptHasNone() {
    server.saveStreams.add(silence());
    SaveStream stream = client.saveStream(SaveStreamOptions.defaults());
    CompletableFuture<Saved> saved =
        stream.save(
            SaveCommand.builder("a", ExpectedVersion.any())
                .event(NewEvent.json("Placed", "{}"))
                .deadline(Duration.ofSeconds(2))
                .build());

    assertInstanceOf(
        AetherException.class,
        assertThrows(ExecutionException.class, () -> saved.get(20, TimeUnit.SECONDS)).getCause());
    stream.close();
  }

  @Test
  void aServerMayAskForADelayThatIsTooLongForARepeat() {
    server.latest.add(
        fail(
            error(
                Status.Code.RESOURCE_EXHAUSTED,
                "OVERLOADED",
                Map.of(),
                RetryInfo.newBuilder()
                    .setRetryDelay(
                        com.google.protobuf.Duration.newBuilder().setSeconds(Long.MAX_VALUE))
                    .build())));
    try (AetherClient hasty = server.client().build()) {
      CompletableFuture<Long> call = hasty.async().latestVersion("a");

      assertInstanceOf(
          OverloadedException.class,
          assertThrows(ExecutionException.class, () -> call.get(20, TimeUnit.SECONDS)).getCause());
    }
  }

  @Test
  void aDelayEndsWithTheClient() throws Exception {
    CompletableFuture<@Nullable Void> over = client.async().delay(FOREVER);
    assertFalse(over.isDone());

    client.close();

    assertNull(over.get(20, TimeUnit.SECONDS));
  }
}
