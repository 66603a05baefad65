package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.ActorSummary;
import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.ListActorsOptions;
import dev.aether.client.LogSignal;
import dev.aether.client.NewEvent;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.ReadOptions;
import dev.aether.client.Snapshot;
import dev.aether.client.VersionConflictException;
import dev.aether.server.testing.ServeProcess;
import dev.aether.server.testing.TestNatsBinary;
import dev.aether.server.testing.TestNatsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A node and a command line on machines whose locale has digits of its own (fa_IR) or another idea
 * of what a capital i is (tr_TR). What machines read must not depend on it; the build forbids the
 * calls that do, and this looks at what is left: libraries.
 */
@Timeout(180)
class ForeignLocaleTest {
  /** More than are read by their skip pointers: the rest comes by batches. */
  private static final int COMMITS = 300;

  private static final int OTHER_ACTORS = 30;

  @ParameterizedTest
  @CsvSource({"fa, IR", "tr, TR"})
  void aNodeServesFromAnExternalNats(String language, String country) throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      serves(flags(language, country), List.of("--nats", nats.url()));
    }
  }

  @ParameterizedTest
  @CsvSource({"fa, IR", "tr, TR"})
  void aNodeServesFromAPrivateNats(String language, String country, @TempDir Path folder)
      throws Exception {
    String binary = TestNatsBinary.get().path().toString();
    serves(
        flags(language, country),
        List.of("--data", folder.resolve("data").toString(), "--nats-server", binary));
  }

  private static List<String> flags(String language, String country) {
    return List.of(
        "-Duser.language=" + language,
        "-Duser.country=" + country,
        "-Duser.timezone=Asia/Tehran",
        "-XX:+UseSerialGC");
  }

  private static void serves(List<String> jvmFlags, List<String> store) throws Exception {
    try (ServeProcess node = ServeProcess.start(jvmFlags, store)) {
      String endpoint = "127.0.0.1:" + node.port();
      try (AetherClient client = AetherClient.connect(endpoint)) {
        saves(client);
        readsAnActor(client);
        readsTheLog(client);
        listsActors(client);
      }
      commandsPrintTheSame(jvmFlags, endpoint);
    }
  }

  private static void saves(AetherClient client) {
    for (int i = 0; i < COMMITS; i++) {
      client.save("long", ExpectedVersion.exactly(i), NewEvent.json("I", "" + i));
    }
    for (int i = 0; i < OTHER_ACTORS; i++) {
      client.save("other-" + i, ExpectedVersion.any(), NewEvent.json("I", "0"));
    }
    client.saveSnapshot(Snapshot.builder("long", 17, Bytes.utf8("{}")).build());
    VersionConflictException conflict =
        assertThrows(
            VersionConflictException.class,
            () -> client.save("long", ExpectedVersion.exactly(7), NewEvent.json("I", "0")));
    assertEquals(
        "version conflict: actor \"long\" is at version 300, cannot save version 8",
        conflict.getMessage());
    assertEquals("300", conflict.metadata().get("current_version"));
  }

  private static void readsAnActor(AetherClient client) {
    assertEquals(COMMITS, client.latestVersion("long"));
    assertEquals(
        LongStream.rangeClosed(1, COMMITS).boxed().toList(),
        versions(client, ReadOptions.builder().build()));
    assertEquals(
        LongStream.rangeClosed(100, 290).boxed().toList(),
        versions(client, ReadOptions.builder().fromVersion(100).toVersion(290).build()));
    assertEquals(
        List.of(300L, 299L),
        versions(client, ReadOptions.builder().backwards(true).maxCount(2).build()));
    assertEquals(17, client.latestSnapshot("long").orElseThrow().version());
  }

  private static List<Long> versions(AetherClient client, ReadOptions options) {
    try (Stream<Event> events = client.events("long", options)) {
      return events.map(Event::version).toList();
    }
  }

  private static void readsTheLog(AetherClient client) {
    try (Stream<LogSignal> log = client.readLog(ReadLogOptions.builder().build())) {
      assertEquals(
          COMMITS + OTHER_ACTORS, log.filter(LogSignal.Committed.class::isInstance).count());
    }
  }

  private static void listsActors(AetherClient client) {
    try (Stream<ActorSummary> actors = client.listActors(ListActorsOptions.all())) {
      assertEquals(1 + OTHER_ACTORS, actors.count());
    }
  }

  private static void commandsPrintTheSame(List<String> jvmFlags, String endpoint)
      throws Exception {
    for (List<String> command :
        List.of(
            List.of("subscribe", "--start", "beginning", "--until-caught-up"), List.of("export"))) {
      String here = run(List.of("-Duser.language=en", "-Duser.country=US"), command, endpoint);
      String there = run(jvmFlags, command, endpoint);

      assertTrue(here.lines().count() > 0, command::toString);
      assertEquals(here, there);
    }
  }

  private static String run(List<String> jvmFlags, List<String> command, String endpoint)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(jvmFlags);
    line.add("-XX:TieredStopAtLevel=1");
    line.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "dev.aether.server.cli.Main"));
    line.addAll(command);
    line.addAll(List.of("--server", endpoint));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), command::toString);
    return said;
  }
}
