package dev.aether.client.internal.reads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.aether.client.AetherException;
import dev.aether.client.RepeatOptions;
import dev.aether.client.ScriptedServer;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.SubscriptionState;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import dev.aether.client.internal.messages.SubscriptionMessages;
import dev.aether.client.internal.subscriptions.SubscriptionProgress;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionStarted;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The log reports a long outage of a subscription, because no exception does. */
@Timeout(60)
final class OutageLogTest {
  private final BlockingQueue<String> warned = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel() == Level.WARN) {
            warned.add(event.getFormattedMessage());
          }
        }
      };
  private final Logger log = (Logger) Logs.CLIENT;

  private final ScriptedServer server = new ScriptedServer();
  private final Timer timer = new Timer(task -> new Thread(task, "test").start());
  private final Connection connection =
      new Connection(
          avoided ->
              NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build(),
          false,
          timer);
  private final CountDownLatch came = new CountDownLatch(2);
  private final AtomicBoolean told = new AtomicBoolean();
  private final CompletableFuture<@Nullable AetherException> ended = new CompletableFuture<>();

  @BeforeEach
  void listen() {
    appender.start();
    log.addAppender(appender);
  }

  @AfterEach
  void close() {
    log.detachAppender(appender);
    connection.close();
    server.close();
  }

  private ResumingCall<SubscribeResponse, List<SubscriptionSignal>> begin(
      Duration warnAfter, @Nullable Duration giveUpAfter) {
    ResumingCall<SubscribeResponse, List<SubscriptionSignal>> call =
        new ResumingCall<>(
            connection,
            new SubscriptionProgress(
                SubscriptionMessages.request(
                    SubscribeOptions.builder(SubscriptionStart.live()).build(), "shop")),
            new ResumingCall.Limits(
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Status.Code.UNAVAILABLE,
                giveUpAfter,
                new RepeatOptions(Integer.MAX_VALUE, Duration.ofMillis(20), Duration.ofMillis(50)),
                warnAfter));
    call.start(
        new FrameFlow.Receiver<>() {
          @Override
          public void onFrame(List<SubscriptionSignal> frame) {
            call.request(1);
            if (!(frame.get(0) instanceof SubscriptionSignal.StateChanged changed)
                || !(changed.state() instanceof SubscriptionState.Lost)) {
              came.countDown();
            }
          }

          @Override
          public void onEnd(@Nullable AetherException error) {
            ended.complete(error);
          }
        },
        1);
    return call;
  }

  private static SubscribeResponse started() {
    return SubscribeResponse.newBuilder()
        .setStarted(SubscriptionStarted.newBuilder().setNodeId("n1").setCursor("c0"))
        .build();
  }

  @Test
  void onceWhenItIsLostForLongAndOnceWhenItIsBack() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          server.subscriptions.add(this::refuseUntilTold);
          caller.onNext(started());
          caller.onError(Status.UNAVAILABLE.withDescription("no").asException());
        });

    ResumingCall<SubscribeResponse, List<SubscriptionSignal>> call =
        begin(Duration.ofMillis(300), null);
    String lost = warned.poll(20, TimeUnit.SECONDS);
    assertNotNull(lost);
    assertTrue(
        lost.startsWith("the subscription to shop has been disconnected for ")
            && lost.endsWith(" ms; still trying: no"),
        lost);
    told.set(true);
    String back = warned.poll(20, TimeUnit.SECONDS);
    assertNotNull(back);
    assertTrue(back.startsWith("the subscription to shop has reconnected after "), back);
    assertTrue(came.await(20, TimeUnit.SECONDS));
    assertNull(warned.peek());
    call.cancel();
  }

  /** Refuses a subscription, and the next one like it, until the test has heard the warning. */
  private void refuseUntilTold(
      SubscribeRequest request, ServerCallStreamObserver<SubscribeResponse> caller) {
    if (told.get()) {
      caller.onNext(started());
    } else {
      server.subscriptions.add(this::refuseUntilTold);
      caller.onError(Status.UNAVAILABLE.withDescription("no").asException());
    }
  }

  @Test
  void nothingIsSaidOfAShortLossNorAfterTheEnd() throws Exception {
    server.subscriptions.add(
        (request, caller) -> {
          caller.onNext(started());
          caller.onError(Status.UNAVAILABLE.asException());
        });
    server.subscriptions.add((request, caller) -> caller.onNext(started()));
    ResumingCall<SubscribeResponse, List<SubscriptionSignal>> call =
        begin(Duration.ofSeconds(20), null);
    assertTrue(came.await(20, TimeUnit.SECONDS));
    call.cancel();
    assertNotNull(ended.get(20, TimeUnit.SECONDS));
    timer.close(); // Which fires what waits.
    assertEquals(0, warned.size());
  }
}
