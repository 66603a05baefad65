package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectMessageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-24T15:16:01.123456789Z",
        "2026-11-24T15:16:01.120000001Z",
        "2028-02-29T23:59:59.5Z",
        "2026-01-01T00:00:00Z",
      })
  void theTimeIsParsedAsNatsServerFormatsIt(String text) {
    assertEquals(Instant.parse(text), DirectMessage.time(text));
  }
}
