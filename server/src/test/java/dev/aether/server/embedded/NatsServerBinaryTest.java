package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.nats.NatsServerVersion;
import dev.aether.server.testing.TestNatsBinary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsServerBinaryTest {
  private static final Optional<Path> NONE = Optional.empty();

  private final Path folder;

  NatsServerBinaryTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void theNamedBinaryIsTakenBeforeAllOthers() throws Exception {
    Path named = saying("named", "nats-server: v2.16.0");
    NatsServerBinary found = find(Optional.of(named), environment("", "not there"), NONE);
    assertEquals(new NatsServerBinary(named, new NatsServerVersion(2, 16, 0)), found);
  }

  @Test
  void theEnvironmentsBinaryIsTakenBeforeThatInPath() throws Exception {
    Path inEnvironment = saying("mine", "nats-server: v2.15.0");
    saying("path/nats-server", "nats-server: v2.16.0");
    assertEquals(
        inEnvironment, find(NONE, environment("path", inEnvironment.toString()), NONE).path());
  }

  @Test
  void thePathsBinaryIsTakenBeforeTheOneBesideTheJar() throws Exception {
    Path inPath = saying("path/nats-server", "nats-server: v2.14.4");
    saying("jar/nats-server", "nats-server: v2.16.0");
    assertEquals(
        inPath, find(NONE, environment("path", ""), Optional.of(folder.resolve("jar"))).path());
  }

  @Test
  void anOldBinaryInPathIsPassedOverForANewerOne() throws Exception {
    saying("old/nats-server", "nats-server: v2.9.10");
    Path besideJar = saying("jar/nats-server", "nats-server: v2.15.1");
    assertEquals(
        besideJar, find(NONE, environment("old", ""), Optional.of(folder.resolve("jar"))).path());
  }

  @Test
  void theRealBinaryTellsItsVersion() {
    assertTrue(TestNatsBinary.get().version().isEnough());
  }

  @Test
  void anOldBinaryThatWasNamedIsRefusedWithBothVersions() throws Exception {
    Path old = saying("old", "nats-server: v2.14.3");
    assertRefused(
        () -> find(Optional.of(old), Map.of(), NONE),
        old
            + " (specified by --nats-server) is nats-server 2.14.3, but version 2.14.4 or later is required");
  }

  @Test
  void anOldBinaryInTheEnvironmentIsRefusedThoughPathHasANewerOne() throws Exception {
    Path old = saying("old", "nats-server: v2.9.10");
    saying("path/nats-server", "nats-server: v2.15.1");
    assertRefused(
        () -> find(NONE, environment("path", old.toString()), NONE),
        "2.9.10, but version 2.14.4 or later is required");
  }

  @Test
  void onlyOldBinariesAreRefusedWithTheWaysOn() throws Exception {
    saying("path/nats-server", "nats-server: v2.9.10");
    assertRefused(
        () -> find(NONE, environment("path", ""), NONE),
        "nats-server is version 2.9.10, but version 2.14.4 or later is required",
        "--nats-server PATH",
        "--nats URL",
        "--memory");
  }

  @Test
  void noBinaryAtAllIsRefusedWithTheWaysOn() {
    assertRefused(
        () -> find(NONE, environment("empty", ""), NONE),
        "no nats-server found",
        "install nats-server 2.14.4 or later",
        "--nats-server PATH",
        "--nats URL",
        "--memory");
  }

  @Test
  void aMissingFileThatWasNamedIsRefused() {
    Path missing = folder.resolve("missing");
    assertRefused(
        () -> find(Optional.of(missing), Map.of(), NONE),
        missing + " (specified by --nats-server) is not an executable file");
  }

  @Test
  void anotherProgramIsRefused() throws Exception {
    Path other = saying("other", "ls (GNU coreutils) 9.1.0");
    assertRefused(
        () -> find(Optional.of(other), Map.of(), NONE),
        "does not print the version of a nats-server");
  }

  private static NatsServerBinary find(
      Optional<Path> explicit, Map<String, String> environment, Optional<Path> jarFolder) {
    return NatsServerBinary.find(explicit, environment, jarFolder, NatsServerAdvice.COMMAND_LINE);
  }

  private static void assertRefused(Runnable find, String... parts) {
    EmbeddedNatsException refusal = assertThrows(EmbeddedNatsException.class, find::run);
    for (String part : parts) {
      assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
    }
  }

  /** A program that answers every call with one line: versions that cannot be had otherwise. */
  private Path saying(String name, String line) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\necho '" + line + "'\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Map<String, String> environment(String pathFolder, String natsServer) {
    return Map.of("PATH", folder.resolve(pathFolder).toString(), "NATS_SERVER", natsServer);
  }
}
