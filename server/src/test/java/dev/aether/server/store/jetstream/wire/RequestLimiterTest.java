package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.concurrent.EventLoops;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RequestLimiterTest {
  private static final int AT_ONCE = 2;

  private final RequestLimiter limiter = new RequestLimiter(AT_ONCE);

  @Test
  void requestsAboveTheLimitAreSentInOrderWhenOthersEnd() {
    List<CompletableFuture<String>> sent = new ArrayList<>();
    List<CompletableFuture<String>> results = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      results.add(limiter.pass(() -> add(sent)));
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(Math.min(5, i + AT_ONCE), sent.size());
      sent.get(i).complete("response " + i);
      assertEquals("response " + i, results.get(i).join());
    }
  }

  private static CompletableFuture<String> add(List<CompletableFuture<String>> sent) {
    CompletableFuture<String> response = new CompletableFuture<>();
    sent.add(response);
    return response;
  }

  @Test
  void aRequestThatCannotBeSentGivesItsSlotBack() {
    for (int i = 0; i < 3 * AT_ONCE; i++) {
      CompletableFuture<String> result =
          limiter.pass(
              () -> {
                throw new OutOfMemoryError("made by the test");
              });
      assertTrue(result.isCompletedExceptionally());
    }
    assertEquals(
        "response", limiter.pass(() -> CompletableFuture.completedFuture("response")).join());
  }

  @Test
  void aRequestThatWaitedIsSentByTheEventLoopThatMadeIt() {
    try (EventLoops loops = new EventLoops(2, "test-loop")) {
      EventLoop one = loops.group().next();
      CompletableFuture<String> first = new CompletableFuture<>();
      CompletableFuture<String> second = new CompletableFuture<>();
      var held = List.of(limiter.pass(() -> first), limiter.pass(() -> second));
      CompletableFuture<@Nullable EventLoop> sentBy = new CompletableFuture<>();
      CompletableFuture<CompletableFuture<String>> asked =
          CompletableFuture.supplyAsync(
              () ->
                  limiter.pass(
                      () -> {
                        sentBy.complete(EventLoops.current());
                        return CompletableFuture.completedFuture("response");
                      }),
              one);
      CompletableFuture<String> third = asked.join();
      first.complete("first"); // on this thread, which is no event loop
      assertEquals("response", third.orTimeout(10, TimeUnit.SECONDS).join());
      assertEquals(one, sentBy.join());
      assertEquals("first", held.get(0).join());
    }
  }

  @Test
  void aRequestOfAnEventLoopThatHasEndedIsSentNevertheless() {
    EventLoops loops = new EventLoops(1, "test-loop");
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    var held = List.of(limiter.pass(() -> first), limiter.pass(() -> second));
    CompletableFuture<String> third =
        CompletableFuture.supplyAsync(
                () -> limiter.pass(() -> CompletableFuture.completedFuture("response")),
                loops.group())
            .join();
    loops.close();
    assertTrue(loops.group().terminationFuture().awaitUninterruptibly(10, TimeUnit.SECONDS));
    second.complete("second");
    assertEquals("response", third.orTimeout(10, TimeUnit.SECONDS).join());
    assertEquals("second", held.get(1).join());
  }
}
