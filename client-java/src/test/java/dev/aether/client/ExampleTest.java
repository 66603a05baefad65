package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ExampleTest {

  @Test
  void theExampleOfThePackageDescriptionRuns() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (ScriptedServer server = new ScriptedServer()) {
      server.saves.add(
          fail(
              error(
                  Status.Code.ABORTED,
                  "VERSION_CONFLICT",
                  Map.of("actor_id", "order-1", "current_version", "1"))));
      server.saves.add(answer(SaveEventsResponse.getDefaultInstance()));
      server.reads.add(
          answer(
              GetEventsResponse.newBuilder()
                  .addEvents(
                      dev.aether.v1.Event.newBuilder().setVersion(1).setEventType("OrderPlaced"))
                  .build()));

      example(server.endpoint(), new PrintStream(printed, true, StandardCharsets.UTF_8));
    }
    assertEquals("1 OrderPlaced", printed.toString(StandardCharsets.UTF_8).strip());
  }

  private static void example(String endpoint, PrintStream out) {
    // example
    try (AetherClient client = AetherClient.connect(endpoint)) {
      NewEvent placed = NewEvent.json("OrderPlaced", "{\"total\": 42}");
      try {
        client.save("order-1", ExpectedVersion.exactly(0), placed);
      } catch (VersionConflictException conflict) {
        client.save("order-1", ExpectedVersion.exactly(conflict.currentVersion()), placed);
      }
      try (Stream<Event> events = client.events("order-1")) {
        events.forEach(event -> out.println(event.version() + " " + event.type()));
      }
    }
    // end
  }

  @Test
  void theExampleInThePackageDescriptionIsTheOneThatRuns() throws IOException {
    Path sources = Path.of("src");
    String code =
        between(
            Files.readString(sources.resolve("test/java/dev/aether/client/ExampleTest.java")),
            "    // example\n",
            "    // end\n");
    String javadoc =
        between(
            Files.readString(sources.resolve("main/java/dev/aether/client/package-info.java")),
            " * <pre>{@code\n",
            " * }</pre>");

    assertEquals(
        code.replace("connect(endpoint)", "connect(\"localhost:7450\")")
            .lines()
            .map(String::strip)
            .collect(Collectors.joining("\n")),
        javadoc
            .lines()
            .map(line -> line.replaceFirst("^ \\* ?", "").strip())
            .collect(Collectors.joining("\n")));
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end, from);
    assertTrue(from >= begin.length() && to > from, begin);
    return text.substring(from, to);
  }
}
