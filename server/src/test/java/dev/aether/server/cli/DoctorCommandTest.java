package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.TestCertificates;
import dev.aether.server.testing.TestNatsBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checkups of real NATS servers and folders. */
@Timeout(60)
class DoctorCommandTest {
  private final Path folder;

  DoctorCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static String line(CommandRun run, String subject) {
    return run.out()
        .lines()
        .filter(line -> line.contains("  " + subject + ": "))
        .findFirst()
        .orElseThrow(() -> new AssertionError(subject + " in " + run.out() + run.err()));
  }

  @Test
  void aRunningNodeAndItsNatsServerAreCheckedThroughItsFolder() {
    Path binary = TestNatsBinary.get().path();
    try (AetherServer node =
        AetherServer.start(
            ServerConfig.on(new StoreChoice.Embedded(folder, Optional.of(binary))))) {
      CommandRun run = CommandRun.of("doctor", "--data", folder.toString());
      assertEquals(ExitCode.DONE, run.exitCode(), run.out() + run.err());
      assertTrue(line(run, "nats-server").contains(", alone"), run.out());
      assertTrue(line(run, "store").startsWith("ok "), run.out());
      assertTrue(line(run, "streams").startsWith("ok "), run.out());
      assertTrue(line(run, "clock").startsWith("ok "), run.out());
      assertTrue(line(run, "largest commit").startsWith("ok "), run.out());
      assertTrue(line(run, "disk speed").contains("p99"), run.out());
      String url = node.natsUrl().orElseThrow();
      CommandRun external = CommandRun.of("doctor", "--nats", url);
      assertEquals(ExitCode.DONE, external.exitCode(), external.out() + external.err());
      assertTrue(line(external, "sync to disk").startsWith("warn"), external.out());
      String password = url.replaceFirst(".*:([^:@]+)@.*", "$1");
      assertFalse(external.out().contains(password), "the password");
    }
  }

  @Test
  void aNatsThatCannotBeReachedFailsWithTheReason() {
    CommandRun run = CommandRun.of("doctor", "--nats", "nats://127.0.0.1:1", "--nats-wait", "1s");
    assertEquals(ExitCode.FAILED, run.exitCode(), run.out());
    assertTrue(line(run, "NATS").startsWith("fail"), run.out());
    assertTrue(line(run, "NATS").contains("127.0.0.1:1"), run.out());
  }

  @Test
  void aCertificateThatExpiresSoonIsAWarningAndOneThatHasExpiredFails() {
    TestCertificates certificates = new TestCertificates(folder);
    Path authority = certificates.authority("ca");
    Path expired = certificates.expired("ca", "expired", "node").certificate();
    Path soon = certificates.expiring("ca", "soon", "node").certificate();
    String files = expired + "," + soon + "," + authority + "," + folder.resolve("none");
    CommandRun run =
        CommandRun.of(
            "doctor",
            "--data",
            folder.toString(),
            "--nats-server",
            TestNatsBinary.get().path().toString(),
            "--certificate",
            files);
    assertEquals(ExitCode.FAILED, run.exitCode(), run.out() + run.err());
    List<String> lines =
        run.out().lines().filter(line -> line.contains("  certificate: ")).toList();
    assertEquals(
        List.of("fail", "warn", "ok  ", "fail"),
        lines.stream().map(line -> line.substring(0, 4)).toList(),
        run.out());
    assertTrue(lines.get(0).contains(expired + " expired at "), lines.get(0));
    assertTrue(lines.get(1).contains(soon + " expires in "), lines.get(1));
    assertTrue(lines.get(3).contains("there is no file " + folder.resolve("none")), lines.get(3));
  }

  @Test
  void nothingIsLeftInTheFolderAndAMissingOneIsNotCreated() throws IOException {
    Path missing = folder.resolve("missing/data");
    CommandRun run =
        CommandRun.of(
            "doctor",
            "--data",
            missing.toString(),
            "--nats-server",
            TestNatsBinary.get().path().toString());
    assertEquals(ExitCode.DONE, run.exitCode(), run.out() + run.err());
    assertTrue(line(run, "nats-server").contains("no node runs"), run.out());
    try (var left = Files.list(folder)) {
      assertEquals(0, left.count());
    }
  }
}
