package dev.aether.server.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private static final String LOST =
      "traces are lost, since http://127.0.0.1:1 does not take them: ";

  private long now = 17;
  private final Delivery delivery =
      new Delivery(
          new Collector(URI.create("http://127.0.0.1:1/"), "node", "0"),
          "traces",
          Duration.ofMillis(50),
          () -> now);

  private static CompletableResultCode failed(String why) {
    return CompletableResultCode.ofExceptionalFailure(new IllegalStateException(why));
  }

  @Test
  void aFailureIsToldOnceEvenIfItIsOverAndThenNoMore() {
    assertFalse(delivery.send(() -> failed("away")).isSuccess());
    delivery.works();
    assertEquals(Optional.of(LOST + "java.lang.IllegalStateException: away"), delivery.trouble());
    assertEquals(Optional.empty(), delivery.trouble());
  }

  @Test
  void troubleWithoutANewLossIsForgottenAfterAMinute() {
    var unused = delivery.send(() -> failed("away"));
    now += Delivery.FORGOTTEN_AFTER.toNanos();
    assertTrue(delivery.trouble().isPresent());
    now++;
    assertTrue(delivery.trouble().isPresent());
    assertEquals(Optional.empty(), delivery.trouble());
  }

  @Test
  void anExceptionOfTheSenderIsAFailure() {
    CompletableResultCode sent =
        delivery.send(
            () -> {
              throw new IllegalStateException("a bug");
            });
    assertTrue(sent.isDone());
    assertFalse(sent.isSuccess());
    assertTrue(delivery.trouble().isPresent());
  }

  @Test
  void anAnswerThatNeverEndsIsGivenUpAndOnlyFewOfThemAreWaitedFor() {
    List<CompletableResultCode> stalled = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      CompletableResultCode answer = new CompletableResultCode();
      stalled.add(answer);
      CompletableResultCode sent = delivery.send(() -> answer).join(20, TimeUnit.SECONDS);
      assertTrue(sent.isDone());
      assertFalse(sent.isSuccess());
    }
    assertTrue(delivery.trouble().orElseThrow().endsWith("TimeoutException: no whole answer"));
    CompletableResultCode refused =
        delivery.send(
            () -> {
              throw new AssertionError("sent nevertheless");
            });
    assertTrue(refused.isDone());
    assertTrue(delivery.trouble().orElseThrow().contains("answered only in part"));

    var unused = stalled.get(0).succeed();
    assertTrue(delivery.send(CompletableResultCode::ofSuccess).isSuccess());
  }
}
