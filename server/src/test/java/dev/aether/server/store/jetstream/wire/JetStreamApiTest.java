package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nats.client.Message;
import io.nats.client.impl.NatsMessage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JetStreamApiTest {
  private static Message reply(String text) {
    return NatsMessage.builder()
        .subject("reply")
        .data(text.getBytes(StandardCharsets.UTF_8))
        .build();
  }

  private static JetStreamFailure failure(String reply) {
    return JetStreamErrors.failure(
        assertThrows(RuntimeException.class, () -> JetStreamApi.acknowledged("S", reply(reply))));
  }

  @Test
  void anUnusualAcknowledgementOfTheStreamIsOne() {
    assertEquals(
        7, JetStreamApi.acknowledged("S", reply("{\"seq\":7,\"stream\":\"S\",\"domain\":\"d\"}")));
  }

  /** Such as that of another program that answers on the same subject. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "{}",
        "{\"stream\":\"S\",\"seq\":1",
        "{\"stream\":\"S\",\"seq\":0}",
        "{\"stream\":\"OTHER\",\"seq\":7}",
        "{\"error\":{\"code\":503,\"description\":\"no code of JetStream\"}}",
        "{\"error\":{}}",
      })
  void anAnswerThatIsNotJetStreamsLeavesTheOutcomeUnknown(String text) {
    JetStreamFailure failure = failure(text);

    assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure.kind());
    assertFalse(JetStreamErrors.isFull(failure));
  }

  @Test
  void aRefusalOfJetStreamIsCertain() {
    JetStreamFailure failure =
        failure(
            "{\"error\":{\"code\":400,\"err_code\":10071,\"description\":\"wrong last sequence: 3\"},"
                + "\"stream\":\"S\",\"seq\":0}");

    assertEquals(JetStreamFailure.Kind.REFUSED, failure.kind());
    assertEquals(10071, failure.code());
  }
}
