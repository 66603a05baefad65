package dev.aether.client;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that no server accepts are rejected when they are created. */
final class RulesTest {
  private static final NewEvent EVENT = NewEvent.json("Placed", "{}");

  private static void refused(String message, Supplier<?> made) {
    InvalidArgumentException refused =
        assertThrows(InvalidArgumentException.class, made::get, message);
    assertEquals(message, refused.getMessage());
  }

  private static NewEvent.Builder event() {
    return NewEvent.builder("Placed");
  }

  private static SaveCommand.Builder save(String actor) {
    return SaveCommand.builder(actor, ExpectedVersion.any()).event(EVENT);
  }

  @Test
  void namesOfActorsAndTypes() {
    String longest = "é".repeat(128);
    assertEquals(longest, save(longest).build().actorId());
    assertEquals(longest, NewEvent.json(longest, "{}").type());
    refused("actorId is empty", () -> save("").build());
    refused("actorId is 258 bytes long (maximum 256)", () -> save(longest + "é").build());
    refused("actorId contains a control character at index 1", () -> save("a\u0085").build());
    refused("actorId contains an unpaired surrogate at index 0", () -> save("\ud800").build());
    refused("type is empty", () -> NewEvent.json("", "{}"));
    refused("type contains a control character at index 0", () -> NewEvent.json("\n", "{}"));
    refused("actorId is empty", () -> Snapshot.builder("", 1, Bytes.empty()).build());
  }

  @Test
  void actorsThatAreReadOrTakenASnapshotOf() {
    try (AetherClient client = AetherClient.connect("127.0.0.1:1")) {
      AsyncAetherClient async = client.async();
      for (Supplier<?> call :
          List.<Supplier<?>>of(
              () -> client.latestVersion(""),
              () -> client.events(""),
              () -> client.loadActor(""),
              () -> async.versions(""),
              () -> async.events("", ReadOptions.all()),
              () -> async.loadActor("", LoadOptions.defaults()),
              () -> async.latestSnapshot(""),
              () -> async.deleteSnapshot(""))) {
        refused("actorId is empty", call);
      }
    }
  }

  @Test
  void textsOfAnEvent() {
    String longest = "x".repeat(256);
    assertDoesNotThrow(
        () -> event().contentType(longest).eventId(longest).commandId(longest + "").build());
    refused("eventId is 257 bytes long (maximum 256)", () -> event().eventId(longest + 1).build());
    refused(
        "commandId is 257 bytes long (maximum 256)", () -> event().commandId(longest + 1).build());
    refused(
        "contentType is 257 bytes long (maximum 256)",
        () -> event().contentType(longest + 1).build());
  }

  @Test
  void metadata() {
    NewEvent.Builder full = event();
    for (int i = 0; i < 64; i++) {
      full.metadata("key" + i, "");
    }
    assertEquals(64, full.build().metadata().size());
    refused("metadata has 65 keys (maximum 64)", () -> full.metadata("one more", "").build());
    assertDoesNotThrow(() -> event().metadata("k", "v".repeat(16 * 1024 - 1)).build());
    refused(
        "metadata is 16385 bytes long (maximum 16384)",
        () -> event().metadata("k", "v".repeat(16 * 1024)).build());
    refused(
        "metadata has 65 keys (maximum 64)",
        () ->
            new Snapshot(
                "a",
                1,
                Bytes.empty(),
                "",
                IntStream.range(0, 65).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "")),
                null));
  }

  @Test
  void times() {
    assertDoesNotThrow(
        () -> event().timestamp(Instant.parse("9999-12-31T23:59:59.999999999Z")).build());
    assertDoesNotThrow(() -> event().timestamp(Instant.parse("0001-01-01T00:00:00Z")).build());
    for (Instant time :
        List.of(
            Instant.MIN,
            Instant.parse("0000-12-31T23:59:59Z"),
            Instant.parse("+10000-01-01T00:00:00Z"),
            Instant.MAX)) {
      refused("timestamp must be in the years 1 to 9999", () -> event().timestamp(time).build());
    }
  }

  @Test
  void commits() {
    assertDoesNotThrow(() -> save("a").commitId("Az09_.:-".repeat(8)).build());
    refused(
        "commitId is longer than 64 characters", () -> save("a").commitId("x".repeat(65)).build());
    refused(
        "commitId may contain only A-Z a-z 0-9 _ . : -", () -> save("a").commitId("c c").build());
    refused("events is empty", () -> SaveCommand.builder("a", ExpectedVersion.any()).build());
    assertDoesNotThrow(() -> save("a").events(Collections.nCopies(999, EVENT)).build());
    refused(
        "events has 1001 events (maximum 1000)",
        () -> save("a").events(Collections.nCopies(1000, EVENT)).build());
  }

  @Test
  void namespaces() {
    assertDoesNotThrow(() -> CallSettings.defaults().withNamespace("a.B-1_.x"));
    assertDoesNotThrow(() -> CallSettings.defaults().withNamespace(""));
    refused(
        "namespace is longer than 64 characters",
        () -> AetherClient.builder().namespace("n".repeat(65)));
    for (String bad : List.of(".", ".a", "a.", "a..b")) {
      refused(
          "namespace contains an empty token", () -> CallSettings.defaults().withNamespace(bad));
    }
    refused(
        "namespace must consist of tokens of A-Z a-z 0-9 _ - joined by dots",
        () -> save("a").namespace("no spaces").build());
  }

  @Test
  void snapshots() {
    refused("version must be at least 1", () -> Snapshot.builder("a", 0, Bytes.empty()).build());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        " \t\r\n{ \"a\" : [ 1 , -0.5e+7, null, true, false, \"\\u00e9\\n\\\"\" ] } ",
        "0",
        "-0",
        "10",
        "1E5",
        "\"\"",
        "null",
        "[[[]],{}]",
        "{\"a\":{\"a\":1,\"a\":2}}",
        "\"\u007f😀\""
      })
  void jsonIsTaken(String json) {
    assertEquals(json, NewEvent.json("T", json).data().toUtf8());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{bad",
        "{",
        "}",
        "[",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "01",
        "-",
        "1.",
        ".5",
        "+1",
        "1e",
        "NaN",
        "tru",
        "nulll",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u１２３４\"",
        "\"\t\"",
        "\"\0\"",
        "{} {}",
        "[1 2]",
        "[1}",
        "{\"a\":1]",
        "//c\n1",
        "\u00a01",
        "\ufeff{}",
        "[1]]",
        "\0"
      })
  void whatIsNotJsonIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> NewEvent.json("T", text));
  }

  @Test
  void whereJsonGoesWrongIsSaid() {
    refused("data is not valid JSON at index 1", () -> NewEvent.json("T", "{bad"));
    refused("data is not valid JSON: unexpected end", () -> NewEvent.json("T", "[1, 2"));
  }

  @Test
  void noDepthOfJsonIsTooMuch() {
    int depth = 500_000;
    String json = "[{\"a\":".repeat(depth) + "1" + "}]".repeat(depth);
    assertEquals(json.length(), NewEvent.json("T", json).data().size());
    refused(
        "data is not valid JSON: unexpected end",
        () -> NewEvent.json("T", json.substring(0, json.length() - 1)));
  }
}
