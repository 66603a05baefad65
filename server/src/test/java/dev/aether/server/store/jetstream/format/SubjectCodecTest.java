package dev.aether.server.store.jetstream.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SubjectCodecTest {
  private static final LogId LOG = new LogId(new Namespace("a.b"), "abcdefghij", 0);

  /** Ids that a lossy encoding would confuse. */
  private static final List<String> HOSTILE =
      List.of(
          ".",
          "..",
          "...",
          ".a",
          "a.",
          "a..b",
          "a.b",
          "a%2Eb",
          "a%b",
          "a%",
          "%",
          "%%",
          "%.%",
          "*",
          ">",
          "a.*",
          "a.>",
          " ",
          "a b",
          "a+b",
          "a_b",
          "a-b",
          "A",
          "a",
          "ä",
          "ä",
          "😀",
          "%F0%9F%98%80",
          "$JS.API",
          "a/b",
          "a\\b",
          "\"",
          "'",
          "a:b",
          "~");

  @Test
  void subjectsNeverChange() {
    assertEquals("aether.e.abcdefghij.0.order-17", subject("order-17"));
    assertEquals("aether.e.abcdefghij.0.eu.order_17", subject("eu.order_17"));
    assertEquals("aether.e.abcdefghij.0.%.%2A.%3E.%", subject(".*.>."));
    assertEquals("aether.e.abcdefghij.0.a%20b%25%F0%9F%98%80", subject("a b%😀"));
  }

  @Test
  void streamNamesNeverChange() {
    assertEquals("AETHER-abcdefghij-0-a+b", SubjectCodec.stream(LOG));
  }

  @Test
  void unusualIdsAreDecodedAndStayDistinct() {
    Map<String, String> seen = new HashMap<>();
    for (String id : HOSTILE) {
      comesBack(id, seen);
    }
  }

  @Test
  void tenThousandRandomIdsAreDecodedAndStayDistinct() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    Map<String, String> seen = new HashMap<>();
    int tried = 0;
    while (tried < 10_000) {
      String id = randomId(random);
      if (ActorId.violation(id).isEmpty()) {
        comesBack(id, seen);
        tried++;
      }
    }
  }

  private static String randomId(Random random) {
    StringBuilder id = new StringBuilder();
    int length = 1 + random.nextInt(20);
    for (int i = 0; i < length; i++) {
      int kind = random.nextInt(4);
      if (kind == 0) {
        id.append(".%*> ".charAt(random.nextInt(5)));
      } else if (kind == 1) {
        id.append((char) (32 + random.nextInt(95)));
      } else if (kind == 2) {
        id.append((char) (0xa0 + random.nextInt(0x2000)));
      } else {
        id.appendCodePoint(0x1f300 + random.nextInt(0x300));
      }
    }
    return id.toString();
  }

  private static void comesBack(String id, Map<String, String> seen) {
    String subject = subject(id);
    assertEquals(Optional.of(new ActorId(id)), SubjectCodec.actor(LOG, subject));
    String other = seen.put(subject, id);
    assertTrue(other == null || other.equals(id), id + " and " + other);
    assertTrue(
        subject.getBytes(StandardCharsets.US_ASCII).length < 1024 && !subject.contains(".."), id);
  }

  @Test
  void foreignSubjectsHaveNoActor() {
    assertNull(SubjectCodec.actor(LOG, "aether.e.other.0.a").orElse(null));
    assertNull(SubjectCodec.actor(LOG, "aether.e.abcdefghij.0.%2").orElse(null));
    assertNull(SubjectCodec.actor(LOG, "aether.e.abcdefghij.0.%61").orElse(null));
    assertNull(SubjectCodec.actor(LOG, "aether.e.abcdefghij.0.%FF").orElse(null));
    assertNull(SubjectCodec.actor(LOG, "aether.e.abcdefghij.0.a b").orElse(null));
  }

  private static String subject(String id) {
    return SubjectCodec.subject(LOG, new ActorId(id));
  }
}
