package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.store.jetstream.wire.JetStreamFailure.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class JetStreamErrorsTest {
  @Test
  void aRequestWithoutAResponseMayHaveHadAnEffect() {
    assertEquals(Kind.NO_ANSWER, kind(new CancellationException("jnats gave up")));
    assertEquals(Kind.NO_ANSWER, kind(new TimeoutException()));
    assertEquals(Kind.NO_ANSWER, kind(new CompletionException(new CancellationException())));
    assertEquals(Kind.NO_ANSWER, kind(new RuntimeException(new CancellationException())));
  }

  @Test
  void aRequestThatCouldNotBeSentHadNone() {
    assertEquals(Kind.NOT_DELIVERED, notSent(new IllegalStateException("reconnecting")));
    assertEquals(Kind.NOT_DELIVERED, notSent(new IllegalArgumentException("too large")));
  }

  @Test
  void anUnexpectedFailureMayHaveHadAnEffect() {
    assertEquals(Kind.NO_ANSWER, kind(new IllegalArgumentException("?")));
    assertEquals(Kind.NO_ANSWER, kind(new IllegalStateException("?")));
    assertEquals(Kind.NO_ANSWER, notSent(new UncheckedIOException(new IOException("?"))));
  }

  private static Kind notSent(RuntimeException thrown) {
    return JetStreamErrors.notSent(thrown).kind();
  }

  private static Kind kind(Throwable thrown) {
    return JetStreamErrors.failure(thrown).kind();
  }

  @Test
  void theErrorOfAFullStoreNamesWhatIsFullBeforeTheTextOfNats() {
    assertEquals(
        "store full: the NATS server has reached its JetStream storage limit"
            + " [NATS: insufficient resources (10023)]",
        refused(10023, "insufficient resources"));
    assertEquals(
        "store full: the namespace has reached its max_bytes"
            + " [NATS: maximum bytes exceeded (10077)]",
        refused(10077, "maximum bytes exceeded"));
    assertEquals(
        "store full: the disk of the NATS server is full"
            + " [NATS: write 1.blk: no space left on device (10077)]",
        refused(10077, "write 1.blk: no space left on device"));
    assertEquals(
        "store full: the NATS account has reached its JetStream storage limit"
            + " [NATS: resource limits exceeded for account (10002)]",
        refused(10002, "resource limits exceeded for account"));
  }

  @Test
  void aFullDiskThatThisServerFoundItselfHasNoTextOfNats() {
    assertEquals(
        "store full: the disk has no room",
        JetStreamErrors.toStoreException(JetStreamErrors.diskFull("the disk has no room"))
            .getMessage());
  }

  private static String refused(int code, String description) {
    return JetStreamErrors.toStoreException(JetStreamFailure.refused(code, description))
        .getMessage();
  }

  @Test
  void aServerThatTheLeaderDoesNotKnowYetIsNotOneThatDoesNotExist() {
    for (String unknown : List.of("peer offline", "miscellaneous issue")) {
      JetStreamFailure refused =
          JetStreamFailure.refused(10005, "no suitable peers for placement, " + unknown);
      assertTrue(JetStreamErrors.isClusterIncomplete(refused), unknown);
      assertFalse(JetStreamErrors.isTooManyReplicas(refused), unknown);
    }
    JetStreamFailure tooMany = JetStreamFailure.refused(10005, "no suitable peers for placement");
    assertFalse(JetStreamErrors.isClusterIncomplete(tooMany));
    assertTrue(JetStreamErrors.isTooManyReplicas(tooMany));
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
