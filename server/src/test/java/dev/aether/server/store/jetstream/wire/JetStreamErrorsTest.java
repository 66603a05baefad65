package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.store.jetstream.wire.JetStreamFailure.Kind;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class JetStreamErrorsTest {
  @Test
  void aRequestWithoutAnswerMayHaveHadAnEffect() {
    assertEquals(Kind.NO_ANSWER, kind(new CancellationException("jnats gave up")));
    assertEquals(Kind.NO_ANSWER, kind(new TimeoutException()));
    assertEquals(Kind.NO_ANSWER, kind(new CompletionException(new CancellationException())));
    assertEquals(Kind.NO_ANSWER, kind(new RuntimeException(new CancellationException())));
  }

  @Test
  void aRequestThatCouldNotBeSentHadNone() {
    assertEquals(Kind.NOT_DELIVERED, kind(new IllegalStateException("reconnecting")));
  }

  @Test
  void whatNobodyForesawMayHaveHadAnEffect() {
    assertEquals(Kind.NO_ANSWER, kind(new IllegalArgumentException("?")));
  }

  private static Kind kind(Throwable thrown) {
    return JetStreamErrors.failure(thrown).kind();
  }

  @Test
  void passwordsAreNotShown() {
    String shown =
        NatsUrls.withoutSecrets(
            "Unable to connect to NATS servers: [nats://u:secret@127.0.0.1:1, nats://token@b:2]");
    assertFalse(shown.contains("secret") || shown.contains("token"), shown);
    assertTrue(shown.contains("nats://127.0.0.1:1") && shown.contains("nats://b:2"), shown);
    assertEquals(
        "nats://a:1,nats://b:2", NatsUrls.withoutSecrets(List.of("nats://x:y@a:1", "nats://b:2")));
  }
}
